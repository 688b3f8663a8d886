package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.operation.Confinement.Purpose;
import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.ImportImage;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.SetSysctl;
import dev.clusterbox.agent.v1.UnpackArchive;
import dev.clusterbox.problem.Problem;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** From the wire to an {@link Operation}, which names only what is allowed, or a problem. */
public final class OperationParser {

    /** Longer than any wait of the gateway; a mistake in a unit must not hold the machine for a day. */
    private static final int LONGEST_WAIT = 3600;

    private final Confinement confinement;

    public OperationParser(Confinement confinement) {
        this.confinement = confinement;
    }

    public Operation parse(dev.clusterbox.agent.v1.Operation wire) {
        return switch (wire.getKindCase()) {
            case INSTALL_PACKAGE ->
                new Operation.InstallPackage(
                        confinement.packageName(wire.getInstallPackage().getName()));
            case INSTALL_BINARY -> {
                var it = wire.getInstallBinary();
                yield new Operation.InstallBinary(
                        confinement.target(Purpose.BINARY, it.getPath()),
                        new Sha256(it.getSha256()),
                        Mode.of(it.getMode(), Mode.EXECUTABLE));
            }
            case UNPACK_ARCHIVE -> unpackArchive(wire.getUnpackArchive());
            case MAKE_DIRECTORY -> {
                var it = wire.getMakeDirectory();
                yield new Operation.MakeDirectory(
                        confinement.target(Purpose.FILE, it.getPath()),
                        Mode.of(it.getMode(), Mode.EXECUTABLE),
                        Owner.parse(it.getOwner()));
            }
            case WRITE_FILE -> {
                var it = wire.getWriteFile();
                yield new Operation.WriteFile(
                        confinement.target(Purpose.FILE, it.getPath()),
                        it.getContent(),
                        Mode.of(it.getMode(), Mode.PUBLIC),
                        Owner.parse(it.getOwner()),
                        it.getSecret());
            }
            case REMOVE_FILE ->
                new Operation.RemoveFile(
                        confinement.target(Purpose.FILE, wire.getRemoveFile().getPath()));
            case MAKE_CERTIFICATE -> makeCertificate(wire.getMakeCertificate());
            case SET_SYSCTL -> setSysctl(wire.getSetSysctl());
            case SWAP_OFF -> new Operation.SwapOff();
            case RUN_UNIT ->
                new Operation.RunUnit(
                        confinement.unit(wire.getRunUnit().getName()),
                        wire.getRunUnit().getInputsList().stream()
                                .map(input -> Confinement.absolute(input).toString())
                                .toList(),
                        wire.getRunUnit().getOnlyIfRunning());
            case STOP_UNIT ->
                new Operation.StopUnit(confinement.unit(wire.getStopUnit().getName()));
            case AWAIT_PORT -> awaitPort(wire.getAwaitPort());
            case AWAIT_COMMAND -> awaitCommand(wire.getAwaitCommand());
            case IMPORT_IMAGE -> importImage(wire.getImportImage());
            case KIND_NOT_SET ->
                throw Problem.invalid("operation: unknown to this agent", "bring the machine's image up to date")
                        .asException();
        };
    }

    private Operation unpackArchive(UnpackArchive wire) {
        if (wire.getStripComponents() < 0 || wire.getStripComponents() > 16) {
            throw Problem.invalid(
                            "strip components: %d (expected: 0 to 16)"
                                    .formatted(Integer.toUnsignedLong(wire.getStripComponents())),
                            "")
                    .asException();
        }
        var members = wire.getMembersList().stream()
                .map(member -> Path.of(ArchiveMember.inside(member)).toString())
                .toList();
        return new Operation.UnpackArchive(
                confinement.target(Purpose.BINARY, wire.getDirectory()),
                new Sha256(wire.getSha256()),
                wire.getStripComponents(),
                members);
    }

    private Operation makeCertificate(MakeCertificate wire) {
        return new Operation.MakeCertificate(
                CertificateWish.parse(wire.getProfile(), wire.getSubject(), wire.getNamesList(), wire.getAuthority()),
                confinement.target(Purpose.CERTIFICATE, wire.getKeyPath()),
                confinement.target(Purpose.CERTIFICATE, wire.getCertificatePath()),
                confinement.target(Purpose.CERTIFICATE, wire.getAuthorityPath()),
                Owner.parse(wire.getOwner()),
                wire.getTrustOnly());
    }

    private Operation setSysctl(SetSysctl wire) {
        var value = wire.getValue();
        if (!value.matches("[ -~]{1,200}")) {
            throw Problem.invalid("sysctl value: %s (expected: one line of plain text)".formatted(value), "")
                    .asException();
        }
        return new Operation.SetSysctl(confinement.sysctl(wire.getKey()), value);
    }

    private Operation awaitPort(AwaitPort wire) {
        if (wire.getPort() < 1 || wire.getPort() > 65535) {
            throw Problem.invalid(
                            "port: %d (expected: 1 to 65535)".formatted(Integer.toUnsignedLong(wire.getPort())), "")
                    .asException();
        }
        try {
            return new Operation.AwaitPort(
                    InetAddress.ofLiteral(wire.getAddress()).getHostAddress(),
                    wire.getPort(),
                    timeout(wire.getTimeoutSeconds()),
                    what(wire.getWhat(), wire.getAddress() + ":" + wire.getPort() + " to listen"),
                    unit(wire.getUnit()));
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("address: %s (expected: an IP address)".formatted(wire.getAddress()), "")
                    .asException();
        }
    }

    private Operation awaitCommand(AwaitCommand wire) {
        List<String> argv = confinement.command(wire.getCommandList());
        return new Operation.AwaitCommand(
                argv,
                wire.getContains(),
                timeout(wire.getTimeoutSeconds()),
                what(wire.getWhat(), "'" + argv.getFirst() + "' to succeed"),
                unit(wire.getUnit()));
    }

    private Operation importImage(ImportImage wire) {
        confinement.images();
        if (!wire.getName().matches("[A-Za-z0-9_.@+:-]{1,200}")) {
            throw Problem.invalid("image: %s (expected: the name of a file)".formatted(wire.getName()), "")
                    .asException();
        }
        return new Operation.ImportImage(new Sha256(wire.getSha256()), wire.getName());
    }

    private Optional<String> unit(String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(confinement.unit(name));
    }

    private static Duration timeout(int seconds) {
        if (seconds < 1 || seconds > LONGEST_WAIT) {
            throw Problem.invalid(
                            "timeout: %d s (expected: 1 to %d)"
                                    .formatted(Integer.toUnsignedLong(seconds), LONGEST_WAIT),
                            "")
                    .asException();
        }
        return Duration.ofSeconds(seconds);
    }

    private static String what(String text, String otherwise) {
        return text.isBlank() ? otherwise : text;
    }
}
