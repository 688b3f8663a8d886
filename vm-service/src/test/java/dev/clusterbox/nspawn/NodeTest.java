package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Hosts;
import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.PowerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node runs real containers, and takes them with it when it goes. */
@NullUnmarked // what each test has is set before it
final class NodeTest {

    /** Starts the distribution's containerd, and gives it an image made of the machine's own shell. */
    private static final String CONTAINERD = """
            rm /etc/systemd/system/containerd.service; systemctl daemon-reload; systemctl start containerd
            mkdir -p /root/image /opt/cni /etc/cni/net.d; cd /root/image
            programs='/bin/dash /bin/sleep /bin/cat'
            libraries=$(ldd $programs | grep -o '/[^ ]*' | grep -v : | sort -u)
            tar -C / -chf layer.tar $(for file in $programs $libraries; do echo ${file#/}; done)
            cat > config.json <<END
            {"architecture":"$(dpkg --print-architecture)","os":"linux","config":{},
             "rootfs":{"type":"layers","diff_ids":["sha256:$(sha256sum layer.tar | cut -d' ' -f1)"]}}
            END
            echo '[{"Config":"config.json","RepoTags":["test.local/tiny:1"],"Layers":["layer.tar"]}]' > manifest.json
            tar -cf /root/image.tar manifest.json config.json layer.tar
            ctr -n k8s.io images import /root/image.tar
            ln -s /usr/lib/cni /opt/cni/bin
            cat > /etc/cni/net.d/10-test.conflist <<END
            {"cniVersion":"0.4.0","name":"test","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,
             "ipam":{"type":"host-local","ranges":[[{"subnet":"10.99.0.0/24"}]]}}]}
            END
            """;

    /** No other process has this argument. */
    private static final String SLEEP = "86397";

    @TempDir
    Path scratch;

    private RealMachines machines;
    private Machine node;

    @BeforeEach
    void start() throws Exception {
        machines = new RealMachines(scratch, Optional.of(store()));
        node = machines.running(RealMachines.NODE);
    }

    private Path store() {
        return scratch.resolve("gateway/artifacts");
    }

    @AfterEach
    void everythingIsGone() throws Exception {
        machines.end();
        assertEquals(List.of(), sleeping());
    }

    private static List<Long> sleeping() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.endsWith(SLEEP))
                        .isPresent())
                .map(ProcessHandle::pid)
                .toList();
    }

    private void runContainers() throws Exception {
        RealMachines.in(node, CONTAINERD).orFail();
        RealMachines.in(node, """
                ctr -n k8s.io run --detach --cni test.local/tiny:1 runs /bin/sleep %1$s
                ctr -n k8s.io run --detach --cni test.local/tiny:1 paused /bin/sleep %1$s
                ctr -n k8s.io tasks pause paused
                ip -o link show type veth master cni0 | wc -l
                """.formatted(SLEEP)).orFail();
        assertEquals(
                "PAUSED\nRUNNING\n",
                RealMachines.in(node, "ctr -n k8s.io tasks list | awk 'NR > 1 {print $3}' | sort")
                        .stdout());
        assertEquals(2, sleeping().size());
    }

    @Test
    void containerd_and_runc_run_a_container_in_groups_and_a_network_of_its_own() throws Exception {
        RealMachines.in(node, CONTAINERD).orFail();

        var ran = RealMachines.in(node, """
                ctr -n k8s.io run --rm --cni --memory-limit 67108864 test.local/tiny:1 one \\
                  /bin/dash -c 'echo I am $$; cat /proc/self/cgroup /proc/net/fib_trie; exit 7'
                """);

        assertEquals(7, ran.exitCode(), ran.toString());
        assertTrue(ran.stdout().startsWith("I am 1\n"), ran.stdout());
        assertTrue(ran.stdout().contains("10.99.0."), ran.stdout());
        assertTrue(ran.stdout().contains("/k8s.io/one") || ran.stdout().contains("0::/\n"), ran.stdout());
    }

    @Test
    void what_comes_into_the_store_later_can_be_run_in_a_machine_and_not_be_changed_there() throws Exception {
        var program = Files.writeString(store().resolve("0a1b"), "#!/bin/sh\necho I run\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertEquals(
                "I run\n",
                RealMachines.in(node, "ln -s /opt/clusterbox/artifacts/0a1b /usr/local/bin/kubelet; kubelet")
                        .orFail());
        for (var attempt : List.of("echo x >> 0a1b", "rm 0a1b", "touch 2c3d", "chmod 600 0a1b")) {
            var tried = RealMachines.in(node, "cd /opt/clusterbox/artifacts; " + attempt);
            assertFalse(tried.succeeded(), attempt);
            assertTrue(tried.stderr().contains("Read-only file system"), tried.stderr());
        }
        machines.provider().delete(RealMachines.NODE.name());
        assertTrue(Files.exists(program));
    }

    @Test
    void what_kubelet_sets_in_its_kernel_is_not_set_in_the_hosts() throws Exception {
        for (var setting : List.of(
                "vm/overcommit_memory",
                "vm/panic_on_oom",
                "kernel/panic",
                "kernel/panic_on_oops",
                "kernel/keys/root_maxkeys",
                "kernel/keys/root_maxbytes")) {
            var file = "/proc/sys/" + setting;
            var hosts = Hosts.setting(Path.of(file));

            assertEquals(hosts, RealMachines.in(node, "cat " + file).orFail().strip());
            assertEquals(
                    "17\n",
                    RealMachines.in(node, "echo 17 > %1$s; cat %1$s".formatted(file))
                            .orFail());
            assertEquals(hosts, Hosts.setting(Path.of(file)));
        }
        RealMachines.in(node, "systemctl restart " + NodeKernel.UNIT).orFail();
        assertEquals("17\n", RealMachines.in(node, "cat /proc/sys/kernel/panic").orFail());
    }

    @Test
    void what_kubelet_mounts_is_seen_by_containers_and_not_by_the_host() throws Exception {
        var propagation = RealMachines.in(node, "for m in / /var/lib/kubelet; do findmnt -no PROPAGATION $m; done")
                .orFail();
        RealMachines.in(node, "mkdir /var/lib/kubelet/pod; mount -t tmpfs pod /var/lib/kubelet/pod; test -c /dev/kmsg")
                .orFail();

        assertEquals("shared\nshared\n", propagation);
        assertFalse(Files.readString(Path.of("/proc/self/mounts")).contains("kubelet/pod"));
    }

    @Test
    void a_node_stops_with_its_containers_and_has_its_images_when_it_starts_again() throws Exception {
        runContainers();
        RealMachines.in(node, "ctr -n k8s.io tasks resume paused").orFail();
        var start = System.nanoTime();

        assertEquals(
                PowerState.STOPPED,
                machines.provider().stop(RealMachines.NODE.name(), false).power());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 9);
        assertEquals(List.of(), sleeping());

        node = machines.running(RealMachines.NODE);
        RealMachines.in(node, "systemctl start containerd").orFail();
        assertTrue(
                RealMachines.in(node, "ctr -n k8s.io images list -q").orFail().contains("test.local/tiny:1\n"));
    }

    @Test
    void a_node_is_deleted_with_containers_that_run_and_that_are_paused() throws Exception {
        runContainers();

        machines.provider().delete(RealMachines.NODE.name());

        assertEquals(List.of(), sleeping());
    }

    @Test
    void a_machine_that_reboots_itself_comes_back_as_it_was() throws Exception {
        runContainers();
        RealMachines.in(node, "ctr -n k8s.io tasks resume paused").orFail();
        RealMachines.in(node, "systemctl enable containerd; echo kept > /etc/kept; touch /run/lost")
                .orFail();

        RealMachines.in(node, "systemctl reboot");
        var again = rebooted();

        assertEquals("kept\n", RealMachines.in(again, "cat /etc/kept").orFail());
        assertFalse(RealMachines.in(again, "test -e /run/lost").succeeded());
        assertEquals(List.of(), sleeping());
        RealMachines.in(again, "ping -c1 -W2 192.168.56.1; test -z \"$(systemctl --failed --quiet)\"")
                .orFail();
        assertTrue(
                RealMachines.in(again, "ctr -n k8s.io images list -q").orFail().contains("test.local/tiny:1\n"));
    }

    /** With another first process than before, and done with its boot. */
    private Machine rebooted() throws Exception {
        for (int i = 0; i < 1000; i++) {
            var now = machines.provider().find(RealMachines.NODE.name()).orElseThrow();
            if (now.power() == PowerState.RUNNING
                    && !now.enter().equals(node.enter())
                    && RealMachines.in(now, "systemctl is-system-running").succeeded()) {
                return now;
            }
            Thread.sleep(Duration.ofMillis(20));
        }
        throw new AssertionError("not back in 20 s: " + machines.provider().find(RealMachines.NODE.name()));
    }
}
