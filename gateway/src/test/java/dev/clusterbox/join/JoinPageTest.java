package dev.clusterbox.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of docs/join.md, as they stand there, in a copy of this computer's file system that is thrown away. What would
 * change more than files (packages, units, the kernel, images) is only written down.
 */
final class JoinPageTest {

    private static final Path PAGE = Path.of("../docs/join.md");

    private static final List<String> WRITTEN_DOWN = List.of("apt-get", "systemctl", "swapoff", "sysctl", "ctr");

    /** An overlay over everything, in a mount namespace: nothing of it is seen outside, and it ends with its process. */
    private static final String THROWN_AWAY = """
            set -eu
            mount -t tmpfs tmpfs "$1/copy"
            mkdir "$1/copy/upper" "$1/copy/work" "$1/copy/root"
            mount -t overlay overlay -o "lowerdir=/,upperdir=$1/copy/upper,workdir=$1/copy/work" "$1/copy/root"
            for folder in dev proc; do mount --rbind /$folder "$1/copy/root/$folder"; done
            mkdir -p "$1/copy/root/machine"
            mount --bind "$1/machine" "$1/copy/root/machine"
            exec chroot "$1/copy/root" /bin/bash -eu /machine/script
            """;

    private final Installation installation = Installation.start();

    @TempDir
    Path folder = Path.of("");

    private Joining joining = new Joining(installation, folder);

    @BeforeEach
    void cluster() throws InterruptedException {
        joining = new Joining(installation, folder);
        joining.add("demo", "127.0.74.0/24");
    }

    @AfterEach
    void end() {
        installation.close();
    }

    /** What stands between {@code ```sh} and the end of it. */
    private static List<String> blocks(String page) {
        var blocks = new ArrayList<String>();
        var parts = page.split("(?m)^```", -1);
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith("sh\n")) {
                blocks.add(parts[i].substring("sh\n".length()));
            }
        }
        return blocks;
    }

    private Joining.Ran run(String script) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("copy"));
        var stubs = Files.createDirectories(folder.resolve("machine/stubs"));
        for (var name : WRITTEN_DOWN) {
            var stub = Files.writeString(
                    stubs.resolve(name), "#!/bin/sh\necho \"" + name + " $*\" >>/machine/written-down\n");
            assertTrue(stub.toFile().setExecutable(true));
        }
        Files.writeString(folder.resolve("machine/script"), script);
        var command = new ArrayList<>(List.of("unshare", "--mount"));
        if (!System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of("sh", "-c", THROWN_AWAY, "sh", folder.toString()));
        return Joining.run(folder, command.toArray(String[]::new));
    }

    @Test
    void the_pages_commands_leave_a_machine_with_all_that_a_node_needs() throws Exception {
        var blocks = blocks(Files.readString(PAGE));
        assertEquals(6, blocks.size());
        var lines = installation
                .rest()
                .with("Accept", "text/plain")
                .post(
                        "/v1/clusters/demo/join-tokens",
                        "application/json",
                        "{\"node\": \"worker-1\", \"address\": \"127.0.74.221\"}");
        assertEquals(201, lines.status(), lines.body());
        Files.createDirectories(folder.resolve("machine"));
        Files.writeString(folder.resolve("machine/join.env"), lines.body());

        var ran = run("cd /machine; PATH=/machine/stubs:$PATH\n" + String.join("\n", blocks) + """
                cp -a /var/lib/kubernetes/ssl /etc/clusterbox/join /var/lib/kubelet /machine/
                cp /usr/local/bin/kubelet /machine/program
                """)
                .succeeded();

        var machine = folder.resolve("machine");
        assertTrue(ran.output().contains("clusterbox.pem: OK"), ran.output());
        for (var profile : Joining.PROFILES) {
            Joining.run(machine.resolve("ssl"), "openssl", "verify", "-CAfile", "ca-crt.pem", profile + "-crt.pem")
                    .succeeded();
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(machine.resolve("ssl/" + profile + "-key.pem"))));
        }
        assertEquals("the kubelet", Files.readString(machine.resolve("program")));
        assertTrue(Files.exists(machine.resolve("kubelet/kubeconfig")));
        var written = Files.readString(machine.resolve("written-down"));
        assertTrue(written.contains("apt-get install -y --no-install-recommends socat conntrack"), written);
        assertTrue(written.contains("systemctl restart containerd.service kubelet.service"), written);
        assertTrue(written.contains("ctr --namespace k8s.io images import image.tar"), written);
        for (var gone : List.of("join.env", "join.header", "node.tar", "kubelet-client.csr")) {
            assertTrue(Files.notExists(machine.resolve(gone)), gone);
        }
    }

    @Test
    void another_authority_than_the_tokens_ends_it_before_the_token_is_shown() throws Exception {
        Files.createDirectories(folder.resolve("machine"));
        var token = joining.token("demo", "worker-1", "127.0.74.221");
        Files.writeString(
                folder.resolve("machine/join.env"),
                "node=worker-1\naddress=127.0.74.221\ngateway=%s\nauthority=%s\ntoken=%s\n"
                        .formatted(installation.joins("127.0.74.1"), "0".repeat(64), token));

        var ran = run("cd /machine\n" + String.join("\n", blocks(Files.readString(PAGE))));

        assertEquals(1, ran.code(), ran.output());
        assertTrue(ran.output().contains("clusterbox.pem: FAILED"), ran.output());
        assertEquals(List.of("null"), installation.rows("SELECT redeemed_at FROM node_tokens"));
    }
}
