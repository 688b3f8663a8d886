package dev.clusterbox.release;

import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.InstallPackage;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.MakeDirectory;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.RunUnit;
import dev.clusterbox.agent.v1.SetSysctl;
import dev.clusterbox.agent.v1.SwapOff;
import dev.clusterbox.agent.v1.WriteFile;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.release.Component.CommandWait;
import dev.clusterbox.release.Component.PortWait;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Kubernetes release: what it consists of, and what that means on a machine.
 *
 * @param line the minor version, "1.36"
 * @param through the ids of the steps that it has components for
 * @param artifacts name to SHA-256
 */
public record Release(
        String line,
        List<String> through,
        Map<String, String> artifacts,
        List<Component> components,
        Templates templates) {

    private static final int WAIT_SECONDS = 120;

    /** A certificate that a machine may have. */
    public record CertificateRight(String authority, String profile, String subject, List<String> names) {}

    /** What must be done on a machine in a step, in order; nothing where the step is not for this machine. */
    public List<Operation> operations(String step, Cluster cluster, Node node) {
        var context = TemplateContext.of(cluster, node);
        return components(node.role())
                .filter(component -> component.step().equals(step))
                .flatMap(component -> operations(component, cluster, context).stream())
                .toList();
    }

    /** What the machine's role allows it to be certified as, under this profile. */
    public Optional<CertificateRight> certificate(String profile, Cluster cluster, Node node) {
        var context = TemplateContext.of(cluster, node);
        return components(node.role())
                .flatMap(component -> component.certificates().stream())
                .filter(certificate -> certificate.profile().equals(profile))
                .map(certificate -> new CertificateRight(
                        cluster.authority(certificate.authority()),
                        profile,
                        Templates.render(certificate.subject(), context),
                        names(certificate, context)))
                .findFirst();
    }

    private Stream<Component> components(Role role) {
        return components.stream().filter(component -> component.roles().contains(role));
    }

    private List<Operation> operations(Component component, Cluster cluster, TemplateContext context) {
        var operations = new ArrayList<Operation>();
        if (component.swapOff()) {
            operations.add(Operation.newBuilder()
                    .setSwapOff(SwapOff.getDefaultInstance())
                    .build());
        }
        component
                .sysctls()
                .forEach((key, value) -> operations.add(Operation.newBuilder()
                        .setSetSysctl(SetSysctl.newBuilder().setKey(key).setValue(value))
                        .build()));
        component
                .packages()
                .forEach(name -> operations.add(Operation.newBuilder()
                        .setInstallPackage(InstallPackage.newBuilder().setName(name))
                        .build()));
        component.binaries().forEach(binary -> operations.add(binary(binary)));
        component
                .directories()
                .forEach(directory -> operations.add(Operation.newBuilder()
                        .setMakeDirectory(MakeDirectory.newBuilder()
                                .setPath(directory.path())
                                .setMode(directory.mode())
                                .setOwner(directory.owner()))
                        .build()));
        component.certificates().forEach(certificate -> operations.add(certificate(certificate, cluster, context)));
        component
                .files()
                .forEach(file -> operations.add(Operation.newBuilder()
                        .setWriteFile(WriteFile.newBuilder()
                                .setPath(file.path())
                                .setContent(com.google.protobuf.ByteString.copyFromUtf8(
                                        templates.renderFile(file.template(), context)))
                                .setMode(file.mode())
                                .setOwner(file.owner()))
                        .build()));
        component
                .unit()
                .ifPresent(unit -> operations.add(Operation.newBuilder()
                        .setRunUnit(RunUnit.newBuilder().setName(unit).addAllInputs(inputs(component)))
                        .build()));
        component.waits().forEach(wait -> operations.add(waitFor(wait, context)));
        return operations;
    }

    private Operation binary(Component.Binary binary) {
        var sha256 = artifacts.get(binary.artifact());
        if (sha256 == null) {
            throw new IllegalStateException("release %s: no artifact '%s'".formatted(line, binary.artifact()));
        }
        return Operation.newBuilder()
                .setInstallBinary(
                        InstallBinary.newBuilder().setPath(binary.path()).setSha256(sha256))
                .build();
    }

    private static Operation certificate(Component.Certificate certificate, Cluster cluster, TemplateContext context) {
        var authority = cluster.authorities().get(certificate.authority());
        if (authority == null) {
            throw new IllegalStateException(
                    "%s has no authority '%s' yet".formatted(cluster.name(), certificate.authority()));
        }
        return Operation.newBuilder()
                .setMakeCertificate(MakeCertificate.newBuilder()
                        .setProfile(certificate.profile())
                        .setSubject(Templates.render(certificate.subject(), context))
                        .addAllNames(names(certificate, context))
                        .setKeyPath(certificate.key())
                        .setCertificatePath(certificate.certificate())
                        .setAuthorityPath(certificate.authorityFile())
                        .setAuthority(authority)
                        .setOwner(certificate.owner()))
                .build();
    }

    private static List<String> names(Component.Certificate certificate, TemplateContext context) {
        return certificate.names().stream()
                .map(name -> Templates.render(name, context))
                .toList();
    }

    /** What a running unit depends on: it is started anew when one of these has changed. */
    private static List<String> inputs(Component component) {
        return Stream.of(
                        component.binaries().stream().map(Component.Binary::path),
                        component.certificates().stream()
                                .flatMap(certificate -> Stream.of(
                                        certificate.key(), certificate.certificate(), certificate.authorityFile())),
                        component.files().stream().map(Component.File::path))
                .flatMap(paths -> paths)
                .distinct()
                .toList();
    }

    private static Operation waitFor(Component.Wait wait, TemplateContext context) {
        return switch (wait) {
            case PortWait(var address, var port, var what) ->
                Operation.newBuilder()
                        .setAwaitPort(AwaitPort.newBuilder()
                                .setAddress(Templates.render(address, context))
                                .setPort(port)
                                .setTimeoutSeconds(WAIT_SECONDS)
                                .setWhat(what))
                        .build();
            case CommandWait(var command, var what) ->
                Operation.newBuilder()
                        .setAwaitCommand(AwaitCommand.newBuilder()
                                .addAllCommand(command.stream()
                                        .map(word -> Templates.render(word, context))
                                        .toList())
                                .setTimeoutSeconds(WAIT_SECONDS)
                                .setWhat(what))
                        .build();
        };
    }
}
