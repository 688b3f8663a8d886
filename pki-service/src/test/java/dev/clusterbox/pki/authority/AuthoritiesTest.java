package dev.clusterbox.pki.authority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.keystore.KeyFolder;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.store.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorities and their keys, also when the process ended in the middle. */
final class AuthoritiesTest {

    @TempDir
    Path state;

    @Test
    void an_authority_is_made_once_however_many_ask() throws Exception {
        try (var pki = RunningPki.on(state);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<RunningPki.Answer> put = () -> pki.client().put("/v1/authorities/demo-1.etcd");
            var answers = threads.invokeAll(List.of(put, put, put, put, put, put, put, put)).stream()
                    .map(Future::resultNow)
                    .toList();

            assertEquals(1, answers.stream().filter(it -> it.status() == 201).count());
            assertEquals(7, answers.stream().filter(it -> it.status() == 200).count());
            assertEquals(
                    1,
                    new HashSet<>(answers.stream().map(RunningPki.Answer::body).toList()).size());
            assertEquals(1, keys().size());
        }
    }

    @Test
    void it_survives_a_restart() throws Exception {
        String before;
        try (var pki = RunningPki.on(state)) {
            before = pki.client().put("/v1/authorities/installation").body();
        }
        try (var pki = RunningPki.on(state)) {
            var again = pki.client().put("/v1/authorities/installation");

            assertEquals(200, again.status());
            assertEquals(before, again.body());
            assertEquals(
                    201, pki.client().issue(Wish.agent("a"), Csr.p256().der()).status());
        }
    }

    @Test
    void a_deleted_one_has_no_key_and_signs_nothing_but_its_certificates_stay() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var client = pki.client();
            var first = client.put("/v1/authorities/demo-1.etcd");
            var wish = new Wish("demo-1.etcd", "etcd-client", "CN=a,O=etcd", List.of());
            var serial = client.issue(wish, Csr.p256().der()).field("serial");

            assertEquals(204, client.delete("/v1/authorities/demo-1.etcd").status());
            assertEquals(204, client.delete("/v1/authorities/demo-1.etcd").status());
            assertEquals(List.of(), keys());
            assertEquals(404, client.get("/v1/authorities/demo-1.etcd").status());
            assertEquals(404, client.issue(wish, Csr.p256().der()).status());
            var kept = client.get("/v1/authorities/demo-1.etcd/certificates/" + serial);
            assertEquals(200, kept.status());
            assertEquals(first.field("certificate"), kept.field("authorityCertificate"));

            var second = client.put("/v1/authorities/demo-1.etcd");
            assertEquals(201, second.status());
            assertNotEquals(first.field("fingerprint"), second.field("fingerprint"));
        }
    }

    @Test
    void the_installations_cannot_be_deleted() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put("/v1/authorities/installation");

            assertEquals(
                    409, pki.client().delete("/v1/authorities/installation").status());
            assertEquals(1, keys().size());
        }
    }

    @Test
    void an_end_between_key_and_database_does_no_harm() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var made = pki.bean(NewAuthority.class)
                    .make(AuthorityName.parse("demo-1.etcd"), AuthorityKeyType.EC_P256, 1, "test");
            pki.bean(KeyFolder.class).store(made.record().id(), made.key());
        }
        try (var pki = RunningPki.on(state)) {
            assertEquals(404, pki.client().get("/v1/authorities/demo-1.etcd").status());
            assertEquals(201, pki.client().put("/v1/authorities/demo-1.etcd").status());
            var wish = new Wish("demo-1.etcd", "etcd-client", "CN=a,O=etcd", List.of());
            assertEquals(201, pki.client().issue(wish, Csr.p256().der()).status());
        }
    }

    @Test
    void an_end_in_the_middle_of_a_key_file_does_no_harm() throws Exception {
        Files.createDirectories(state.resolve("keys"));
        Files.writeString(state.resolve("keys/.0123456789abcdef0123456789abcdef.tmp"), "-----BEGIN");
        try (var pki = RunningPki.on(state)) {
            assertEquals(201, pki.client().put("/v1/authorities/demo-1.etcd").status());
            assertEquals(1, keys().size());
        }
    }

    @Test
    void an_end_between_deleting_and_destroying_is_made_good_at_the_next_start() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put("/v1/authorities/demo-1.etcd");
            pki.bean(Database.class).write(connection -> {
                try (var update =
                        connection.prepareStatement("UPDATE authority SET deleted_at = '2026-01-01T00:00:00Z'")) {
                    return update.executeUpdate();
                }
            });
            assertEquals(1, keys().size());
        }
        try (var pki = RunningPki.on(state)) {
            assertEquals(List.of(), keys());
            assertEquals(404, pki.client().get("/v1/authorities/demo-1.etcd").status());
        }
    }

    @Test
    void a_wrong_passphrase_ends_the_start() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put("/v1/authorities/installation");
        }
        Files.writeString(state.resolve("passphrase"), "another passphrase, long enough");

        var e = assertThrows(RuntimeException.class, () -> RunningPki.on(state).close());
        assertTrue(e.toString().contains("passphrase file"), e::toString);
    }

    @Test
    void a_key_of_another_authority_is_not_used() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put("/v1/authorities/installation");
            pki.client().put("/v1/authorities/demo-1.etcd");
        }
        var keys = keys();
        Files.copy(keys.get(0), state.resolve("spare"));
        Files.copy(keys.get(1), keys.get(0), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.copy(state.resolve("spare"), keys.get(1), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        var e = assertThrows(RuntimeException.class, () -> RunningPki.on(state).close());
        assertTrue(e.toString().contains("holds another key"), e::toString);
    }

    private List<Path> keys() throws IOException {
        try (var files = Files.list(state.resolve("keys"))) {
            return files.filter(file -> !file.endsWith("audit.pem")).sorted().toList();
        }
    }
}
