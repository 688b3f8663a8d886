package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.operation.Operation.ImportImage;
import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.InstallPackage;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.RunUnit;
import dev.clusterbox.agent.v1.SetSysctl;
import dev.clusterbox.agent.v1.StopUnit;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attacks, against the list that machines really have. */
class ConfinementTest {

    private static final Set<Code> REFUSALS = Set.of(Code.INVALID, Code.FORBIDDEN);

    private final OperationParser parser = new OperationParser(Confinement.read(Bench.ALLOWED));

    private void refused(Operation.Builder operation) {
        var e = assertThrows(ProblemException.class, () -> parser.parse(operation.build()));
        assertTrue(REFUSALS.contains(e.problem().code()), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/haproxy/haproxy.cfg",
                "/etc/systemd/system/etcd.service",
                "/etc/systemd/system/clusterbox-cni.path",
                "/etc/systemd/system/kubelet.service.d/10-node.conf",
                "/etc/crictl.yaml",
                "/etc/cni/net.d/10-flannel.conflist",
                "/root/.kube/config",
                "/run/flannel/subnet.env",
                "/etc/flannel/net-conf.json",
                "/etc/systemd/system/kube-apiserver.service",
                "/etc/systemd/system/containerd.service",
                "/usr/local/lib/clusterbox/cni-changed",
                "/etc/modules-load.d/kubernetes.conf",
                "/etc/sysctl.d/90-kubernetes.conf",
                "/etc/sysusers.d/kubernetes.conf",
                "/etc/profile.d/kubectl.sh",
                "/etc/bash_completion.d/kubectl",
                "/var/lib/kubelet/config.yaml",
                "/var/lib/kube-proxy/config.yaml",
                "/etc/containerd/config.toml"
            })
    void what_the_releases_need_is_allowed(String path) {
        assertEquals(
                "WriteFile[%s, 1 bytes]".formatted(path),
                parser.parse(Bench.writing(path, "x").build()).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "etc/etcd/a",
                "./etc/etcd/a",
                "/etc/etcd/../shadow",
                "/etc/etcd/..",
                "/etc/etcd/./a",
                "/etc//etcd/a",
                "/etc/etcd/",
                "/etc/etcd/a\nb",
                "/etc/etcd/a\0b",
                "/etc/etcdx/a",
                "/etc/shadow",
                "/etc/passwd",
                "/root/.ssh/authorized_keys",
                "/etc/cron.d/x",
                "/etc/ld.so.preload",
                "/proc/sys/kernel/core_pattern",
                "/usr/bin/systemctl",
                "/opt/clusterbox/agent/agent.options",
                "/opt/clusterbox/artifacts/x",
                "/usr/local/lib/x",
                "/usr/local/lib/clusterbox-x/a",
                "/etc/clusterbox/allowed.properties",
                "/var/lib/clusterbox/seed.properties",
                "/var/lib/clusterbox/agent/agent.pem",
                "/etc/systemd/system",
                "/etc/systemd/system/ssh.service",
                "/etc/systemd/system/clusterbox-agent.service",
                "/etc/systemd/system/clusterbox-agent.service.d",
                "/etc/systemd/system/clusterbox-agent.service.d/x.conf",
                "/etc/systemd/system/multi-user.target.wants/etcd.service",
                "/etc/systemd/system/etcd.service.d/a/b.conf",
                "/etc/systemd/system/etcd.service.d/x",
                "/etc/systemd/system/service.d/x.conf",
                "/etc/systemd/system/etcd.service/x",
                "/etc/systemd/system/clusterbox-x",
                "/etc/systemd/system/clusterbox-.."
            })
    void other_files_are_refused(String path) {
        refused(Bench.writing(path, "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/usr/bin/etcd", "/etc/etcd/etcd", "/usr/local/sbin/x", "/usr/local/bin/../sbin/x"})
    void other_binaries_are_refused(String path) {
        refused(Operation.newBuilder()
                .setInstallBinary(InstallBinary.newBuilder().setPath(path).setSha256("0".repeat(64))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ABC", "../../../etc/shadow", "zz"})
    void a_checksum_is_a_checksum(String sha256) {
        refused(Operation.newBuilder()
                .setInstallBinary(InstallBinary.newBuilder()
                        .setPath("/usr/local/bin/etcd")
                        .setSha256(sha256)));
    }

    @ParameterizedTest
    @ValueSource(ints = {04755, 02755, 01777, -1, 010000})
    void set_user_id_and_its_like_are_refused(int mode) {
        var operation = Bench.writing("/etc/etcd/a", "x");
        operation.getWriteFileBuilder().setMode(mode);
        refused(operation);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssh",
                "ssh.service",
                "clusterbox-agent",
                "clusterbox-agent.service",
                "dbus.socket",
                "../etcd",
                "etcd.service --now",
                "--help",
                "",
                "etcd.swap",
                "clusterbox-x"
            })
    void other_units_are_neither_run_nor_stopped(String unit) {
        if (unit.equals("clusterbox-x")) {
            // Without a suffix it is a service, as for systemctl.
            parser.parse(Operation.newBuilder()
                    .setRunUnit(RunUnit.newBuilder().setName(unit))
                    .build());
            return;
        }
        refused(Operation.newBuilder().setRunUnit(RunUnit.newBuilder().setName(unit)));
        refused(Operation.newBuilder().setStopUnit(StopUnit.newBuilder().setName(unit)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssh-server", "haproxy=2.0", "-o", "", "haproxy "})
    void other_packages_are_refused(String name) {
        refused(Operation.newBuilder()
                .setInstallPackage(InstallPackage.newBuilder().setName(name)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kernel.core_pattern", "kernel.modprobe", "net", "../../etc/passwd", "net.ipv4/../../x", ""})
    void other_sysctls_are_refused(String key) {
        refused(Operation.newBuilder()
                .setSetSysctl(SetSysctl.newBuilder().setKey(key).setValue("1")));
    }

    @Test
    void a_sysctl_has_one_line() {
        refused(Operation.newBuilder()
                .setSetSysctl(SetSysctl.newBuilder()
                        .setKey("net.ipv4.ip_forward")
                        .setValue("1\nkernel.core_pattern=|/tmp/x")));
    }

    @Test
    void commands_are_whole_or_begin_as_allowed() {
        for (var allowed : List.of(
                List.of("etcdctl", "endpoint", "health", "--cluster"),
                List.of("/usr/local/bin/etcdctl", "version"),
                List.of("haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg"),
                List.of("systemctl", "is-active", "etcd"),
                List.of("kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "--raw=/readyz"),
                List.of("crictl", "info"),
                List.of("ctr", "-n", "k8s.io", "images", "ls", "-q"),
                List.of("systemd-sysusers"),
                List.of("modprobe", "br_netfilter"))) {
            parser.parse(awaiting(allowed).build());
        }
        for (var other : List.of(
                List.<String>of(),
                List.of(""),
                List.of("sh", "-c", "etcdctl"),
                List.of("/tmp/etcdctl"),
                List.of("/usr/bin/../../tmp/etcdctl"),
                List.of("etcdctl; rm", "x"),
                List.of("systemctl", "stop", "ssh"),
                List.of("systemctl"),
                List.of("haproxy", "-f", "/etc/haproxy/haproxy.cfg"),
                List.of("modprobe", "br_netfilter", "-C", "/etc/etcd/x"),
                List.of("ctr", "-n", "k8s.io", "run", "--privileged", "x", "y"),
                List.of("ctr", "-n", "k8s.io", "images", "import", "/tmp/x"),
                List.of("systemd-sysusers", "/tmp/x.conf"),
                List.of("clusterbox-pod-network", "/tmp/x"),
                List.of("curl", "http://127.0.0.1"),
                List.of("modprobe", "evil"))) {
            refused(awaiting(other));
        }
    }

    private static Operation.Builder awaiting(List<String> argv) {
        return Operation.newBuilder()
                .setAwaitCommand(AwaitCommand.newBuilder().addAllCommand(argv).setTimeoutSeconds(1));
    }

    @Test
    void the_units_of_a_cluster_are_allowed_a_path_unit_among_them() {
        for (var unit : List.of(
                "kube-apiserver",
                "kube-controller-manager",
                "kube-scheduler",
                "containerd",
                "kubelet",
                "kube-proxy",
                "flanneld",
                "clusterbox-cni.path",
                "clusterbox-cni.service")) {
            var operation = parser.parse(Operation.newBuilder()
                    .setRunUnit(RunUnit.newBuilder().setName(unit))
                    .build());
            assertTrue(operation.toString().contains(unit.contains(".") ? unit : unit + ".service"), unit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh", "clusterbox-agent", "clusterbox-agent.service", "../etcd", "--all", "etcd.swap"})
    void a_wait_looks_at_no_other_unit_either(String unit) {
        var command = awaiting(List.of("crictl", "info"));
        command.getAwaitCommandBuilder().setUnit(unit);
        refused(command);
        refused(Operation.newBuilder()
                .setAwaitPort(AwaitPort.newBuilder()
                        .setAddress("127.0.0.1")
                        .setPort(1)
                        .setTimeoutSeconds(1)
                        .setUnit(unit)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../pause.tar", "a b", "-x;y", "a/b", "pause\n"})
    void an_images_name_is_a_files_name(String name) {
        refused(importing("0".repeat(64), name));
    }

    @Test
    void an_images_checksum_is_a_checksum() {
        refused(importing("../../etc/shadow", "pause.tar"));
    }

    @Test
    void images_come_only_where_the_machine_allows_them() {
        var operation = importing("0".repeat(64), "pause.tar").build();
        assertEquals(
                "pause.tar",
                assertInstanceOf(ImportImage.class, parser.parse(operation)).name());
        for (var lists : List.of(Map.<String, String>of(), Map.of("images", "no"), Map.of("images", ""))) {
            var properties = new Properties();
            properties.putAll(lists);
            var strict = new OperationParser(new Confinement(properties));
            var e = assertThrows(ProblemException.class, () -> strict.parse(operation));
            assertEquals(Code.FORBIDDEN, e.problem().code());
        }
    }

    private static Operation.Builder importing(String sha256, String name) {
        return Operation.newBuilder()
                .setImportImage(dev.clusterbox.agent.v1.ImportImage.newBuilder()
                        .setSha256(sha256)
                        .setName(name));
    }

    @Test
    void keys_lie_where_certificates_may() {
        refused(Operation.newBuilder()
                .setMakeCertificate(MakeCertificate.newBuilder()
                        .setProfile("etcd-server")
                        .setSubject("CN=a")
                        .setAuthority("")
                        .setKeyPath("/usr/local/bin/etcd")));
    }

    @Test
    void an_operation_of_a_newer_contract_is_refused_with_a_way_out() {
        var e = assertThrows(ProblemException.class, () -> parser.parse(Operation.getDefaultInstance()));
        assertEquals("bring the machine's image up to date", e.problem().hint());
    }

    @Test
    void a_folder_that_is_a_link_to_elsewhere_is_not_entered(@TempDir Path root) throws Exception {
        var bench = new Bench(root);
        Files.createDirectories(root.resolve("etc/ssh"));
        Files.createDirectories(root.resolve("etc/etcd"));
        Files.createSymbolicLink(root.resolve("etc/etcd/ssl"), Path.of("../ssh"));
        Files.createSymbolicLink(root.resolve("etc/haproxy"), root.resolve("etc/ssh"));
        Files.createSymbolicLink(root.resolve("etc/kubernetes"), Path.of("nowhere"));
        Files.createSymbolicLink(root.resolve("etc/containerd"), Path.of("/tmp"));
        Files.createDirectories(root.resolve("var/lib/clusterbox/agent"));
        Files.createSymbolicLink(root.resolve("etc/cni"), Path.of("../var/lib/clusterbox"));
        for (var path : List.of(
                "/etc/etcd/ssl/sshd_config",
                "/etc/haproxy/sshd_config",
                "/etc/kubernetes/a",
                "/etc/containerd/a",
                "/etc/cni/agent/agent.pem")) {
            var e = assertThrows(ProblemException.class, () -> bench.run(Bench.writing(path, "x")), path);
            assertEquals(Code.FORBIDDEN, e.problem().code());
        }
        assertEquals(
                List.of("/etc/cni", "/etc/containerd", "/etc/etcd/ssl", "/etc/haproxy", "/etc/kubernetes"),
                bench.files());
    }

    @Test
    void a_folder_that_is_a_link_to_another_allowed_one_is_entered(@TempDir Path root) throws Exception {
        var bench = new Bench(root);
        Files.createDirectories(root.resolve("var/lib/etcd"));
        Files.createDirectories(root.resolve("etc/etcd"));
        Files.createSymbolicLink(root.resolve("etc/etcd/data"), Path.of("../../var/lib/etcd"));
        bench.run(Bench.writing("/etc/etcd/data/x", "x"));
        assertEquals("x", bench.read("/var/lib/etcd/x"));
    }
}
