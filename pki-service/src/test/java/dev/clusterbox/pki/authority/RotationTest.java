package dev.clusterbox.pki.authority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.Tool;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.keystore.KeyFolder;
import dev.clusterbox.pki.request.Csr;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new root beside the old one. */
final class RotationTest {

    private static final String ETCD = "/v1/authorities/demo-1.etcd";
    private static final Wish CLIENT = new Wish("demo-1.etcd", "etcd-client", "CN=a,O=etcd", List.of());

    @TempDir
    Path state;

    @TempDir
    Path folder;

    @Test
    void the_new_one_signs_and_both_are_trusted() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var client = pki.client();
            var old = client.put(ETCD);
            var before = client.issue(CLIENT, Csr.p256().der());
            var rotated = client.postJson(ETCD + "/rotate", "");
            var after = client.issue(CLIENT, Csr.p256().der());

            assertEquals(201, rotated.status(), rotated::body);
            assertEquals("CN=etcd 2,OU=demo-1,O=clusterbox", rotated.field("subject"));
            assertEquals(rotated.field("certificate"), after.field("authorityCertificate"));
            var bundle = client.get(ETCD + "/bundle");
            assertEquals("application/x-pem-file", bundle.contentType());
            assertEquals(rotated.field("certificate") + old.field("certificate"), bundle.body());
            assertEquals(List.of("signing", "superseded"), client.get(ETCD).fields("state"));
            Files.writeString(folder.resolve("bundle.pem"), bundle.body());
            for (var leaf : List.of(before, after)) {
                Files.writeString(folder.resolve("leaf.pem"), leaf.field("certificate"));
                Tool.run(folder, "openssl", "verify", "-x509_strict", "-CAfile", "bundle.pem", "leaf.pem");
            }
            assertEquals(2, pki.bean(KeyFolder.class).ids().size());
            assertEquals(Optional.empty(), pki.bean(AuditLog.class).firstBroken());
        }
    }

    @Test
    void it_survives_a_restart_and_is_deleted_whole() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put(ETCD);
            pki.client().postJson(ETCD + "/rotate", "");
        }
        try (var pki = RunningPki.on(state)) {
            assertEquals(200, pki.client().put(ETCD).status());
            assertEquals(2, pki.bean(KeyFolder.class).ids().size());
            assertEquals(201, pki.client().issue(CLIENT, Csr.p256().der()).status());

            assertEquals(204, pki.client().delete(ETCD).status());
            assertEquals(List.of(), pki.bean(KeyFolder.class).ids());
            assertEquals(404, pki.client().get(ETCD + "/bundle").status());
            assertEquals(
                    "CN=etcd,OU=demo-1,O=clusterbox", pki.client().put(ETCD).field("subject"));
        }
    }

    @Test
    void asked_again_with_the_one_to_replace_it_rotates_once() throws Exception {
        try (var pki = RunningPki.on(state);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var from = pki.client().put(ETCD).field("serial");
            Callable<RunningPki.Answer> rotate = () -> pki.client().postJson(ETCD + "/rotate?from=" + from, "");
            var answers = threads.invokeAll(List.of(rotate, rotate, rotate, rotate)).stream()
                    .map(Future::resultNow)
                    .toList();

            assertEquals(1, answers.stream().filter(it -> it.status() == 201).count());
            assertEquals(
                    1, answers.stream().map(RunningPki.Answer::body).distinct().count());
            assertEquals(2, pki.bean(KeyFolder.class).ids().size());
        }
    }

    @Test
    void a_request_that_comes_again_after_a_rotation_gets_what_it_got_before() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put(ETCD);
            var csr = Csr.p256().der();
            var before = pki.client().issue(CLIENT, csr, "Idempotency-Key", "k");
            pki.client().postJson(ETCD + "/rotate", "");

            assertEquals(
                    before.body(),
                    pki.client().issue(CLIENT, csr, "Idempotency-Key", "k").body());
            assertNotEquals(before.body(), pki.client().issue(CLIENT, csr).body());
        }
    }

    @Test
    void the_next_one_may_have_another_key() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var client = pki.client();
            client.put(ETCD);
            assertEquals(
                    201, client.postJson(ETCD + "/rotate?keyType=ed25519", "").status());
            assertEquals(201, client.postJson(ETCD + "/rotate", "").status());

            assertEquals(
                    List.of("ed25519", "ed25519", "ec-p256"), client.get(ETCD).fields("keyType"));
        }
    }

    @Test
    void what_is_not_there_is_not_rotated() throws Exception {
        try (var pki = RunningPki.on(state)) {
            assertEquals(404, pki.client().postJson(ETCD + "/rotate", "").status());
            assertEquals(404, pki.client().get(ETCD + "/bundle").status());
            assertEquals(400, pki.client().postJson(ETCD + "/rotate?from=x", "").status());
            assertEquals(List.of(), pki.bean(KeyFolder.class).ids());
        }
    }

    @Test
    void an_end_between_the_new_key_and_the_database_leaves_the_old_one_signing() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put(ETCD);
            var made = pki.bean(NewAuthority.class)
                    .make(AuthorityName.parse("demo-1.etcd"), AuthorityKeyType.EC_P256, 2, "test");
            pki.bean(KeyFolder.class).store(made.record().id(), made.key());
        }
        try (var pki = RunningPki.on(state)) {
            assertEquals(1, pki.client().get(ETCD).fields("state").size());
            assertEquals(201, pki.client().issue(CLIENT, Csr.p256().der()).status());
            assertTrue(pki.client().postJson(ETCD + "/rotate", "").status() == 201);
        }
    }

    @Test
    void whoever_asks_meanwhile_gets_a_certificate_of_one_or_the_other() throws Exception {
        try (var pki = RunningPki.on(state);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            pki.client().put(ETCD);
            Callable<List<RunningPki.Answer>> ask = () -> {
                var answers = new ArrayList<RunningPki.Answer>();
                for (int i = 0; i < 40; i++) {
                    answers.add(pki.client().issue(CLIENT, Csr.p256().der()));
                }
                return answers;
            };
            var asking = List.of(threads.submit(ask), threads.submit(ask), threads.submit(ask));
            for (int i = 0; i < 3; i++) {
                Thread.sleep(50);
                assertEquals(201, pki.client().postJson(ETCD + "/rotate", "").status());
            }
            var roots = pki.client().get(ETCD + "/bundle").body();
            for (var answers : asking) {
                for (var answer : answers.get()) {
                    // In the moment of a rotation: ask again.
                    assertTrue(answer.status() == 201 || answer.status() == 503, answer::body);
                    assertTrue(answer.status() == 503 || roots.contains(answer.field("authorityCertificate")));
                }
            }
            assertEquals(
                    List.of(
                            "CN=etcd 4,OU=demo-1,O=clusterbox",
                            "CN=etcd 4,OU=demo-1,O=clusterbox",
                            "CN=etcd 3,OU=demo-1,O=clusterbox",
                            "CN=etcd 2,OU=demo-1,O=clusterbox",
                            "CN=etcd,OU=demo-1,O=clusterbox"),
                    pki.client().get(ETCD).fields("subject"));
        }
    }
}
