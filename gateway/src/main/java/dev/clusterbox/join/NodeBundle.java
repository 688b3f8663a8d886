package dev.clusterbox.join;

import dev.clusterbox.agent.v1.ImportImage;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.InstallPackage;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.RunUnit;
import dev.clusterbox.agent.v1.SetSysctl;
import dev.clusterbox.remote.PkiClient.Certificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * What an agent would do on a node, as a tar archive of files that lie below /. What is no file is a list in {@code
 * /etc/clusterbox/join}, a thing a line, for a person or a script to do: {@code packages}; {@code binaries} and {@code images}
 * with their SHA-256 as {@code sha256sum} reads it; {@code units} in the order in which they are started.
 */
final class NodeBundle {

    private static final String LISTS = "/etc/clusterbox/join/";

    private static final int FILE = 0644;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    private NodeBundle() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    /** @param certificates by profile */
    static byte[] of(List<Operation> operations, Map<String, Certificate> certificates) {
        var bundle = new NodeBundle();
        try (bundle.tar) {
            for (var operation : operations) {
                bundle.files(operation, certificates);
            }
            bundle.lists(operations);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bundle.bytes.toByteArray();
    }

    private void files(Operation operation, Map<String, Certificate> certificates) throws IOException {
        switch (operation.getKindCase()) {
            case WRITE_FILE -> {
                var file = operation.getWriteFile();
                put(file.getPath(), file.getContent().toByteArray(), file.getMode());
            }
            case MAKE_DIRECTORY -> {
                var entry = new TarArchiveEntry(
                        relative(operation.getMakeDirectory().getPath()) + "/");
                entry.setMode(operation.getMakeDirectory().getMode());
                tar.putArchiveEntry(owned(entry));
                tar.closeArchiveEntry();
            }
            case MAKE_CERTIFICATE -> certificate(operation.getMakeCertificate(), certificates);
            default -> {
                // In the lists, or to be waited for.
            }
        }
    }

    private void certificate(MakeCertificate wanted, Map<String, Certificate> certificates) throws IOException {
        var certificate = certificates.get(wanted.getProfile());
        if (certificate == null) {
            throw new IllegalStateException("no certificate " + wanted.getProfile());
        }
        put(wanted.getCertificatePath(), text(certificate.chain()), FILE);
        put(wanted.getAuthorityPath(), text(wanted.getAuthority()), FILE);
    }

    private void lists(List<Operation> operations) throws IOException {
        list("packages", operations, Operation::hasInstallPackage, operation -> name(operation.getInstallPackage()));
        list("binaries", operations, Operation::hasInstallBinary, operation -> line(operation.getInstallBinary()));
        list("images", operations, Operation::hasImportImage, operation -> line(operation.getImportImage()));
        list("units", operations, Operation::hasRunUnit, operation -> name(operation.getRunUnit()));
        put(
                "/etc/sysctl.d/90-clusterbox.conf",
                lines(operations, Operation::hasSetSysctl, o -> line(o.getSetSysctl())),
                FILE);
    }

    private static String name(InstallPackage wanted) {
        return wanted.getName();
    }

    private static String name(RunUnit unit) {
        return unit.getName();
    }

    private static String line(InstallBinary binary) {
        return binary.getSha256() + "  " + binary.getPath();
    }

    private static String line(ImportImage image) {
        return image.getSha256() + "  " + image.getName();
    }

    private static String line(SetSysctl sysctl) {
        return sysctl.getKey() + " = " + sysctl.getValue();
    }

    private void list(
            String name, List<Operation> operations, Predicate<Operation> which, Function<Operation, String> line)
            throws IOException {
        put(LISTS + name, lines(operations, which, line), FILE);
    }

    private static byte[] lines(
            List<Operation> operations, Predicate<Operation> which, Function<Operation, String> line) {
        return text(operations.stream()
                .filter(which)
                .map(line)
                .distinct()
                .map(text -> text + "\n")
                .collect(Collectors.joining()));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void put(String path, byte[] content, int mode) throws IOException {
        var entry = new TarArchiveEntry(relative(path));
        entry.setSize(content.length);
        entry.setMode(mode);
        tar.putArchiveEntry(owned(entry));
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry owned(TarArchiveEntry entry) {
        entry.setIds(0, 0);
        entry.setNames("root", "root");
        return entry;
    }

    private static String relative(String path) {
        return path.substring(1);
    }
}
