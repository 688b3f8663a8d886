package dev.clusterbox.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.storage.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A machine that Clusterbox did not make joins, with openssl and curl. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JoinTest {

    private final Installation installation = Installation.start();
    private final String at = installation.joins("127.0.71.1");

    @TempDir
    Path folder = Path.of("");

    private Joining joining = new Joining(installation, folder);

    @BeforeAll
    void cluster() throws InterruptedException {
        joining = new Joining(installation, folder);
        joining.add("demo", "127.0.71.0/24");
    }

    @AfterAll
    void end() {
        installation.close();
    }

    private Path joined(String name, String address) throws IOException, InterruptedException {
        var keys = joining.requests(name);
        assertEquals(200, joining.redeem(keys, at, joining.token("demo", name, address)), Joining.answer(keys));
        Files.createDirectory(keys.resolve("root"));
        Joining.run(keys, "tar", "-xf", "answer", "-C", "root").succeeded();
        return keys;
    }

    private static String openssl(Path keys, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        return Joining.run(keys, command.toArray(String[]::new)).succeeded().output();
    }

    @Test
    void a_token_and_four_requests_become_a_node() throws Exception {
        var keys = joined("worker-1", "127.0.71.221");
        var ssl = keys.resolve("root/var/lib/kubernetes/ssl");

        for (var profile : Joining.PROFILES) {
            openssl(ssl, "verify", "-CAfile", "ca-crt.pem", profile + "-crt.pem");
            assertEquals(
                    openssl(keys, "pkey", "-in", profile + "-key.pem", "-pubout"),
                    openssl(ssl, "x509", "-in", profile + "-crt.pem", "-noout", "-pubkey"));
        }
        assertTrue(openssl(ssl, "x509", "-in", "kubelet-client-crt.pem", "-noout", "-subject", "-nameopt", "RFC2253")
                .contains("CN=system:node:worker-1,O=system:nodes"));
        var names = openssl(ssl, "x509", "-in", "kubelet-server-crt.pem", "-noout", "-ext", "subjectAltName");
        assertTrue(names.contains("DNS:worker-1, IP Address:127.0.71.221"), names);
        var kubeconfig = Files.readString(keys.resolve("root/var/lib/kubelet/kubeconfig"));
        assertTrue(kubeconfig.contains("server: https://127.0.71.10:6443"), kubeconfig);
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(keys.resolve("root/var/lib/kubelet/kubeconfig"))));
        var kubelet = Files.readString(keys.resolve("root/var/lib/kubelet/config.yaml"));
        assertTrue(kubelet.contains("rotateCertificates: true"), kubelet);
        assertTrue(kubelet.contains("cgroupDriver: systemd"), kubelet);
        var unit = Files.readString(keys.resolve("root/etc/systemd/system/kubelet.service"));
        assertTrue(unit.contains("--node-ip=127.0.71.221"), unit);
        var units = Files.readAllLines(keys.resolve("root/etc/clusterbox/join/units"));
        assertEquals("containerd.service", units.getFirst());
        assertTrue(units.contains("kubelet.service"), units.toString());
        try (var files = Files.walk(keys.resolve("root"))) {
            assertEquals(
                    List.of(),
                    files.filter(f -> f.toString().endsWith("key.pem")).toList(),
                    "keys stay where they are");
        }
    }

    @Test
    void an_answer_that_was_lost_is_given_again_for_the_same_keys() throws Exception {
        var keys = joining.requests("worker-2");
        var token = joining.token("demo", "worker-2", "127.0.71.222");

        assertEquals(200, joining.redeem(keys, at, token));
        assertEquals(200, joining.redeem(keys, at, token));
    }

    @Test
    void programs_are_those_of_the_cluster_and_no_others() throws Exception {
        var keys = joined("worker-3", "127.0.71.223");
        var token = joining.token("demo", "worker-3", "127.0.71.223");
        var line = Files.readAllLines(keys.resolve("root/etc/clusterbox/join/binaries"))
                .getFirst();
        assertEquals(Secrets.hash("the kubelet") + "  /usr/local/bin/kubelet", line);

        assertEquals(200, joining.curl(keys, at, token, "artifacts/" + line.substring(0, 64)));
        assertEquals("the kubelet", Joining.answer(keys));
        var other = joining.artifact("another cluster's program");
        assertEquals(404, joining.curl(keys, at, token, "artifacts/" + other));
        assertEquals(404, joining.curl(keys, at, token, "artifacts/..%2f..%2fgateway.db"));
        assertEquals(401, joining.curl(keys, at, "none", "artifacts/" + line.substring(0, 64)));
    }

    @Test
    void the_authority_is_told_to_everybody_and_its_checksum_with_the_token() throws Exception {
        var keys = joining.requests("worker-4");
        var created = joining.create("demo", "{\"node\": \"worker-4\", \"address\": \"127.0.71.224\", \"minutes\": 5}");

        assertEquals(200, joining.curl(keys, at, "none", "authority"));
        assertEquals(created.text("authoritySha256"), Secrets.hash(Joining.answer(keys)));
        assertEquals(at, created.text("gateway"));
        assertEquals("no-store", created.header("Cache-Control"));
    }

    @Test
    void a_terminal_gets_the_lines_of_a_file_that_a_shell_reads() {
        var text = installation
                .rest()
                .with("Accept", "text/plain")
                .post(
                        "/v1/clusters/demo/join-tokens",
                        "application/json",
                        "{\"node\": \"worker-5\", \"address\": \"127.0.71.225\"}")
                .body();

        assertTrue(
                text.matches("node=worker-5\naddress=127.0.71.225\ngateway=" + at
                        + "\nauthority=[0-9a-f]{64}\ntoken=cbjoin_[a-z2-7]{10}_[A-Za-z0-9_-]{43}\n"),
                text);
        var list = installation
                .rest()
                .with("Accept", "text/plain")
                .get("/v1/clusters/demo/join-tokens")
                .body();
        assertTrue(list.contains("worker-5"), list);
        assertFalse(list.contains("cbjoin_"), list);
    }

    @Test
    void only_hashes_are_kept() {
        var token = joining.token("demo", "worker-6", "127.0.71.226");
        var secret = token.substring(token.lastIndexOf('_', token.length() - 44) + 1);

        assertEquals(
                List.of(),
                installation.rows("SELECT id FROM node_tokens WHERE secret_hash LIKE ?", "%" + secret + "%"));
        assertFalse(
                installation.rest().get("/v1/clusters/demo/join-tokens").body().contains(secret));
    }

    @Test
    void after_a_restart_tokens_are_good_and_somebody_listens() throws Exception {
        var keys = joining.requests("worker-7");
        var token = joining.token("demo", "worker-7", "127.0.71.227");

        installation.stopGateway();
        installation.startGateway();

        long deadline = System.nanoTime() + 10_000_000_000L;
        while (Joining.run(keys, "bash", "-c", "exec 3<>/dev/tcp/" + at.replace(':', '/'))
                        .code()
                != 0) {
            assertTrue(System.nanoTime() < deadline, "nobody listens");
            Thread.sleep(50);
        }
        assertEquals(200, joining.redeem(keys, at, token), Joining.answer(keys));
    }

    @Test
    void a_container_gets_what_a_shared_kernel_wants() throws Exception {
        var keys = joining.requests("worker-8");
        var token = joining.create(
                        "demo", "{\"node\": \"worker-8\", \"address\": \"127.0.71.228\", \"sharedKernel\": true}")
                .text("token");

        assertEquals(200, joining.redeem(keys, at, token));
        var kubelet = Joining.run(keys, "tar", "-xOf", "answer", "var/lib/kubelet/config.yaml")
                .succeeded()
                .output();
        assertTrue(kubelet.contains("cgroupDriver: cgroupfs"), kubelet);
    }
}
