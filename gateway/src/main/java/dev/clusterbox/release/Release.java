package dev.clusterbox.release;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.ImportImage;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.InstallPackage;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.MakeDirectory;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.RunUnit;
import dev.clusterbox.agent.v1.SetSysctl;
import dev.clusterbox.agent.v1.StopUnit;
import dev.clusterbox.agent.v1.SwapOff;
import dev.clusterbox.agent.v1.WriteFile;
import dev.clusterbox.cluster.Addon;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSecrets;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.release.Component.CommandWait;
import dev.clusterbox.release.Component.PortWait;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Kubernetes release: what it consists of, and what that means on a machine.
 *
 * @param line the minor version, "1.36"
 * @param through the ids of the steps that it has components for
 * @param addons files in its folder of templates, applied in this order
 */
public record Release(
        String line, List<String> through, List<String> addons, List<Component> components, Templates templates) {

    private static final String PREPARE = "prepare";

    private static final int WAIT_SECONDS = 120;

    /** A certificate that a machine may have. */
    public record CertificateRight(String authority, String profile, String subject, List<String> names) {}

    /**
     * What must be done on a machine in a step, in order; nothing where the step is not for this machine. In "prepare" all
     * components are placed, as far as the cluster is asked for; in their own step they are started, and then waited for.
     */
    public List<Operation> operations(String step, Cluster cluster, Node node, ClusterSecrets.Values secrets) {
        var context = TemplateContext.of(cluster, node).with(secrets);
        if (step.equals(PREPARE)) {
            var wanted = steps(cluster);
            return components(node.role())
                    .filter(component -> wanted.contains(component.step()))
                    .flatMap(component -> placing(component, cluster, context).stream())
                    .toList();
        }
        var components = components(node.role())
                .filter(component -> component.step().equals(step))
                .toList();
        return Stream.concat(
                        components.stream().flatMap(component -> starting(component, cluster).stream()),
                        components.stream().flatMap(component -> waiting(component, context)))
                .toList();
    }

    /** What stops all that a step has started on machines of a role, the last first. */
    public List<Operation> stopping(String step, Role role) {
        return components(role)
                .filter(component -> component.step().equals(step))
                .flatMap(component -> component.unit().stream())
                .map(unit -> Operation.newBuilder()
                        .setStopUnit(StopUnit.newBuilder().setName(unit))
                        .build())
                .toList()
                .reversed();
    }

    /**
     * What a machine needs that joins as a node and has no agent, in order. There are no secrets in it.
     *
     * @param sharedKernel whether the machine has no kernel of its own
     */
    public List<Operation> joining(Cluster cluster, Node node, boolean sharedKernel) {
        var context = TemplateContext.joining(cluster, node, sharedKernel);
        return components(node.role())
                .flatMap(component -> Stream.of(
                                placing(component, cluster, context).stream(),
                                starting(component, cluster).stream(),
                                waiting(component, context))
                        .flatMap(operations -> operations))
                .toList();
    }

    /** What the release applies to its clusters. */
    public List<Addon> addons(Cluster cluster) {
        var context = TemplateContext.of(cluster);
        return addons.stream()
                .map(file -> new Addon(file.replace(".yaml", ""), templates.renderFile(file, context)))
                .toList();
    }

    /** The names of the artifacts that a cluster needs, as far as it is asked for. */
    public List<String> artifacts(Cluster cluster) {
        var wanted = steps(cluster);
        return components.stream()
                .filter(component -> wanted.contains(component.step()))
                .flatMap(component -> component.binaries().stream())
                .map(Component.Binary::artifact)
                .distinct()
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

    /** As far as the cluster is asked for. */
    private List<String> steps(Cluster cluster) {
        var last = cluster.through().map(through::indexOf).orElse(through.size() - 1);
        return through.subList(0, last + 1);
    }

    private Stream<Component> components(Role role) {
        return components.stream().filter(component -> component.roles().contains(role));
    }

    /** What needs nothing that runs. */
    private List<Operation> placing(Component component, Cluster cluster, TemplateContext context) {
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
        component.binaries().forEach(binary -> binary(binary, cluster).ifPresent(operations::add));
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
                                .setContent(ByteString.copyFromUtf8(
                                        templates.renderFile(file.template(), file.values(), context)))
                                .setMode(file.mode())
                                .setSecret(file.secret())
                                .setOwner(file.owner()))
                        .build()));
        return operations;
    }

    private static List<Operation> starting(Component component, Cluster cluster) {
        var operations = new ArrayList<Operation>();
        component
                .unit()
                .ifPresent(unit -> operations.add(Operation.newBuilder()
                        .setRunUnit(RunUnit.newBuilder()
                                .setName(unit)
                                .addAllInputs(inputs(component))
                                .setBackground(!component.waits().isEmpty()))
                        .build()));
        if (component.images()) {
            cluster.artifacts()
                    .images()
                    .forEach((name, sha256) -> operations.add(Operation.newBuilder()
                            .setImportImage(
                                    ImportImage.newBuilder().setName(name).setSha256(sha256))
                            .build()));
        }
        return operations;
    }

    private static Stream<Operation> waiting(Component component, TemplateContext context) {
        return component.waits().stream()
                .map(wait -> waitFor(wait, component.unit().orElse(""), context));
    }

    private static Optional<Operation> binary(Component.Binary binary, Cluster cluster) {
        return Optional.ofNullable(cluster.artifacts().binaries().get(binary.artifact()))
                .map(sha256 -> Operation.newBuilder()
                        .setInstallBinary(InstallBinary.newBuilder()
                                .setPath(binary.path())
                                .setSha256(sha256))
                        .build());
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

    /** One text of the release may become several names. */
    private static List<String> names(Component.Certificate certificate, TemplateContext context) {
        return certificate.names().stream()
                .map(name -> Templates.render(name, context))
                .flatMap(rendered -> Stream.of(rendered.split(" ")))
                .filter(name -> !name.isEmpty())
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

    private static Operation waitFor(Component.Wait wait, String unit, TemplateContext context) {
        return switch (wait) {
            case PortWait(var address, var port, var what) ->
                Operation.newBuilder()
                        .setAwaitPort(AwaitPort.newBuilder()
                                .setAddress(Templates.render(address, context))
                                .setPort(port)
                                .setTimeoutSeconds(WAIT_SECONDS)
                                .setUnit(unit)
                                .setWhat(what))
                        .build();
            case CommandWait(var command, var contains, var what) ->
                Operation.newBuilder()
                        .setAwaitCommand(AwaitCommand.newBuilder()
                                .addAllCommand(command.stream()
                                        .map(word -> Templates.render(word, context))
                                        .toList())
                                .setContains(contains)
                                .setTimeoutSeconds(WAIT_SECONDS)
                                .setUnit(unit)
                                .setWhat(what))
                        .build();
        };
    }
}
