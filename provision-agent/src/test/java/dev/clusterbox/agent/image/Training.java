package dev.clusterbox.agent.image;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.gateway.TestGateway;
import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.ImportImage;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.InstallPackage;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.MakeDirectory;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.RemoveFile;
import dev.clusterbox.agent.v1.RunUnit;
import dev.clusterbox.agent.v1.SetSysctl;
import dev.clusterbox.agent.v1.StopUnit;
import dev.clusterbox.agent.v1.SwapOff;
import dev.clusterbox.agent.v1.WriteFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the agent once through its working life, so that the cache has every class it will need: TLS, Enrol, Attend, each verb.
 * A cache from a run that stopped short would be made as well, and be of no use; so the run is checked, and the cache tried.
 */
final class Training {

    private static final String MACHINE = "m-1";

    /** An artifact that the machine came with; where it is mounted read-only, its name is taken for its checksum. */
    private static final String LOCAL = "ab".repeat(32);

    private final Path agent;
    private final Path work;

    Training(Path agent, Path work) {
        this.agent = agent;
        this.work = work;
    }

    void run() throws Exception {
        var cache = agent.resolve("agent.aot");
        ImageBuild.remove(work);
        // Trained with the first compiler only: else the cache has profiles, too, by which the second compiles so much
        // at each start
        // that it takes half as much time again, and 15 MiB more.
        life("first", List.of("-XX:AOTCacheOutput=" + cache, "-XX:TieredStopAtLevel=1"));
        if (!Files.exists(cache)) {
            throw new IllegalStateException(
                    "the training made no cache: " + Files.readString(work.resolve("first.log")));
        }
        // AOTMode=on: ends at once where the cache cannot be used.
        life("second", List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache));
    }

    /**
     * Lives of the built agent, a line of figures each: how long from the start of the process until the gateway has its Hello, and
     * what it took.
     */
    public static void main(String[] args) throws Exception {
        var training = new Training(Path.of(args[0]), Path.of(args[1]));
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            ImageBuild.remove(training.work);
            training.life("measured", List.of("-XX:AOTMode=on", "-XX:AOTCache=" + training.agent.resolve("agent.aot")));
        }
    }

    private void life(String name, List<String> cache) throws Exception {
        var root = Files.createDirectories(work.resolve(name));
        try (var gateway = new TestGateway()) {
            gateway.behaviour.names = List.of("dns:controller-1", "ip:192.168.56.11");
            prepare(root, gateway);
            long start = System.nanoTime();
            try (var process = AgentProcess.start(agent, root, programs(), cache)) {
                var hello = gateway.hellos.poll(60, TimeUnit.SECONDS);
                long ready = (System.nanoTime() - start) / 1_000_000;
                if (hello == null) {
                    throw new IllegalStateException("the agent did not attend: " + process.log());
                }
                long idle = process.residentKiB();
                long readyCpu = process.cpuMillis();
                carryOut(gateway, process);
                System.out.printf(
                        "agent, %s run: ready after %d ms and %d ms CPU with %d MiB, its work done with %d ms CPU and %d MiB%n",
                        name, ready, readyCpu, idle / 1024, process.cpuMillis(), process.residentKiB() / 1024);
                process.end();
            }
        }
    }

    private static void carryOut(TestGateway gateway, AgentProcess process) throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            carryOut(gateway, process, command(gateway, listener.getLocalPort()));
        }
    }

    private static void carryOut(TestGateway gateway, AgentProcess process, Command command) throws Exception {
        for (var dryRun : List.of(true, false, false)) {
            gateway.send(command.toBuilder().setDryRun(dryRun).build());
            for (int i = 0; i < command.getOperationsCount(); i++) {
                var outcome = gateway.outcomes.poll(30, TimeUnit.SECONDS);
                if (outcome == null || outcome.hasFailed()) {
                    throw new IllegalStateException(
                            "operation %d of the training: %s%n%s".formatted(i, outcome, process.log()));
                }
            }
        }
    }

    private static Command command(TestGateway gateway, int port) {
        var image = gateway.artifact("an image".getBytes(StandardCharsets.UTF_8));
        var binary = gateway.artifact("#!/bin/sh\necho ok\n".getBytes(StandardCharsets.UTF_8));
        return Command.newBuilder()
                .setId("training")
                .addOperations(Operation.newBuilder()
                        .setInstallPackage(InstallPackage.newBuilder().setName("haproxy")))
                .addOperations(Operation.newBuilder()
                        .setMakeDirectory(MakeDirectory.newBuilder().setPath("/etc/etcd")))
                .addOperations(Operation.newBuilder().setWriteFile(file("/etc/etcd/etcd.conf", "name: controller-1\n")))
                .addOperations(Operation.newBuilder()
                        .setWriteFile(file(
                                "/etc/systemd/system/etcd.service",
                                "[Service]\nExecStart=/usr/local/bin/etcd\n[Install]\nWantedBy=multi-user.target\n")))
                .addOperations(Operation.newBuilder()
                        .setInstallBinary(InstallBinary.newBuilder()
                                .setPath("/usr/local/bin/etcdctl")
                                .setSha256(binary)))
                .addOperations(Operation.newBuilder()
                        .setMakeCertificate(MakeCertificate.newBuilder()
                                .setProfile("etcd-server")
                                .setSubject("CN=controller-1,O=etcd")
                                .addNames("dns:controller-1")
                                .addNames("ip:192.168.56.11")
                                .setKeyPath("/etc/etcd/server-key.pem")
                                .setCertificatePath("/etc/etcd/server.pem")
                                .setAuthorityPath("/etc/etcd/ca.pem")
                                .setAuthority(gateway.cluster().pem())))
                .addOperations(Operation.newBuilder()
                        .setSetSysctl(SetSysctl.newBuilder()
                                .setKey("net.ipv4.ip_forward")
                                .setValue("1")))
                .addOperations(Operation.newBuilder().setSwapOff(SwapOff.getDefaultInstance()))
                .addOperations(Operation.newBuilder()
                        .setRunUnit(RunUnit.newBuilder().setName("etcd").addInputs("/etc/etcd/etcd.conf")))
                .addOperations(
                        Operation.newBuilder().setStopUnit(StopUnit.newBuilder().setName("kubelet")))
                .addOperations(Operation.newBuilder()
                        .setRemoveFile(RemoveFile.newBuilder().setPath("/etc/etcd/old.conf")))
                .addOperations(Operation.newBuilder()
                        .setAwaitPort(AwaitPort.newBuilder()
                                .setAddress("127.0.0.1")
                                .setPort(port)
                                .setTimeoutSeconds(5)))
                .addOperations(Operation.newBuilder()
                        .setAwaitCommand(AwaitCommand.newBuilder()
                                .addCommand("etcdctl")
                                .addCommand("endpoint")
                                .addCommand("health")
                                .setTimeoutSeconds(5)))
                .addOperations(Operation.newBuilder()
                        .setInstallBinary(InstallBinary.newBuilder()
                                .setPath("/usr/local/bin/kubelet")
                                .setSha256(LOCAL)))
                .addOperations(Operation.newBuilder()
                        .setImportImage(
                                ImportImage.newBuilder().setSha256(image).setName("pause.tar")))
                .build();
    }

    private static WriteFile file(String path, String content) {
        return WriteFile.newBuilder()
                .setPath(path)
                .setContent(ByteString.copyFromUtf8(content))
                .build();
    }

    private void prepare(Path root, TestGateway gateway) throws IOException {
        write(
                root.resolve("etc/clusterbox/allowed.properties"),
                Files.readString(agent.resolve("../../../etc/clusterbox/allowed.properties")));
        write(root.resolve("var/lib/clusterbox/seed.properties"), gateway.seed(MACHINE, TestGateway.TOKEN, "shared"));
        write(root.resolve("var/lib/dpkg/status"), "Package: haproxy\nStatus: install ok installed\n\n");
        write(root.resolve("proc/sys/net/ipv4/ip_forward"), "1\n");
        write(
                root.resolve("proc/self/mountinfo"),
                "2 1 0:45 / / rw - overlay overlay rw\n3 2 259:1 /a /opt/clusterbox/artifacts ro - ext4 /dev/vda1 rw\n");
        program(root.resolve("opt/clusterbox/artifacts").resolve(LOCAL), "echo kubelet\n");
    }

    /** Programs that answer as the real ones do where there is no systemd to ask. */
    private Path programs() throws IOException {
        var folder = work.resolve("bin");
        program(folder.resolve("systemctl"), """
                for last; do :; done
                case "$1 $last" in
                "show etcd.service") printf 'LoadState=loaded\\nActiveState=active\\nUnitFileState=disabled\\nNeedDaemonReload=no\\nFragmentPath=/etc/systemd/system/etcd.service\\nDropInPaths=\\nResult=success\\n' ;;
                "show "*) printf 'LoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\nNeedDaemonReload=no\\nFragmentPath=\\nDropInPaths=\\nResult=success\\n' ;;
                esac
                """);
        program(folder.resolve("etcdctl"), "echo healthy\n");
        program(folder.resolve("ctr"), """
                case "$4" in
                ls) echo "REF TYPE DIGEST"; echo "registry.k8s.io/pause:3.10 application/x sha256:%1$s 314 KiB - -" ;;
                import) echo "unpacking registry.k8s.io/pause:3.10 (sha256:%1$s)...done" ;;
                esac
                """.formatted("0".repeat(64)));
        return folder;
    }

    private static void program(Path file, String script) throws IOException {
        write(file, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
