package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki.Client;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.store.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program as a process, ended at the worst moments. */
final class ProgramIT {

    /** {@code bench/pki-crash} has more. */
    private static final int ROUNDS = Integer.getInteger("clusterbox.crash.rounds", 5);

    private static final int CLIENTS = 4;

    @TempDir
    Path state;

    @Test
    void whatever_was_answered_is_on_record_however_often_it_is_killed() throws Exception {
        var answered = new ConcurrentHashMap<String, String>();
        var asked = new AtomicInteger();
        for (int round = 0; round < ROUNDS; round++) {
            var program = Program.start(state);
            try {
                assertTrue(program.client().put("/v1/authorities/installation").status() < 300);
                assertTrue(program.client()
                                .put("/v1/authorities/demo-" + round + ".etcd")
                                .status()
                        < 300);
                issueUntilKilled(program, ThreadLocalRandom.current().nextLong(500, 1500), asked, answered);
            } finally {
                program.kill();
            }
        }
        assertTrue(answered.size() > ROUNDS * CLIENTS, "only %d answers".formatted(answered.size()));
        System.out.printf("%d rounds: %d asked, %d answered%n", ROUNDS, asked.get(), answered.size());

        var program = Program.start(state);
        try {
            assertOnRecord(program.client(), answered);
            // Lost answers: the same request again gets the certificate that is on record, if there is one.
            for (int i = 0; i < asked.get(); i++) {
                var again = issue(program.client(), "request-" + i);
                assertEquals(answered.getOrDefault("request-" + i, again), again);
            }
            assertEquals(asked.get(), onRecord(program.client()).size());
        } finally {
            program.kill();
        }
        try (var pki = RunningPki.on(state)) {
            assertEquals(Optional.empty(), pki.bean(AuditLog.class).firstBroken());
            assertWrittenDownBefore(pki, answered.values());
        }
        assertNoSecret(Files.readString(state.resolve("log")));
    }

    @Test
    void it_says_in_the_log_why_it_does_not_start() throws Exception {
        RunningPki.properties(state);
        Files.delete(state.resolve("token"));
        var program = Program.launch(state, 1);

        assertTrue(program.waitFor(20, TimeUnit.SECONDS));
        assertTrue(program.exitValue() != 0);
        assertTrue(Files.readString(state.resolve("log")).contains("token file"));
    }

    @Test
    void it_ends_in_good_order_when_it_is_asked_to() throws Exception {
        var program = Program.start(state);
        program.process().destroy();

        assertTrue(program.process().waitFor(10, TimeUnit.SECONDS));
        assertFalse(Files.readString(state.resolve("log")).contains("ERROR"));
    }

    private static void issueUntilKilled(
            Program program, long millis, AtomicInteger asked, Map<String, String> answered) throws Exception {
        var wrong = new ConcurrentLinkedQueue<Throwable>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                threads.execute(() -> {
                    try {
                        while (true) {
                            var name = "request-" + asked.getAndIncrement();
                            answered.put(name, issue(program.client(), name));
                        }
                    } catch (IOException e) {
                        // The answer is lost, as it has to be now and then.
                    } catch (Exception | AssertionError e) {
                        wrong.add(e);
                    }
                });
            }
            Thread.sleep(millis);
            program.kill();
        }
        assertTrue(wrong.isEmpty(), wrong::toString);
    }

    /** Serial numbers, before anything was signed with them. */
    private static void assertWrittenDownBefore(RunningPki pki, Collection<String> serials) {
        Set<String> reserved = pki.bean(Database.class).read(connection -> {
            var all = new HashSet<String>();
            try (var select = connection.prepareStatement("SELECT serials FROM reserved_serials");
                    var row = select.executeQuery()) {
                while (row.next()) {
                    row.getString(1).lines().forEach(serial -> assertTrue(all.add(serial), "twice: " + serial));
                }
            }
            return all;
        });
        assertTrue(reserved.containsAll(serials));
    }

    private static String issue(Client client, String name) throws Exception {
        var answer = client.issue(Wish.agent(name), Requests.CSR, "Idempotency-Key", name);
        assertEquals(201, answer.status(), answer::body);
        return answer.field("serial");
    }

    private static void assertOnRecord(Client client, Map<String, String> answered) throws Exception {
        var onRecord = onRecord(client);
        for (var answer : answered.entrySet()) {
            assertEquals(Wish.agent(answer.getKey()).subject(), onRecord.get(answer.getValue()));
        }
        assertEquals(answered.size(), new HashSet<>(answered.values()).size());
    }

    /** Subjects by serial number; no serial number and no subject twice. */
    private static Map<String, String> onRecord(Client client) throws Exception {
        var row = Pattern.compile("\"serial\":\"([0-9a-f]{32})\",\"subject\":\"([^\"]*)\"");
        var all = new HashMap<String, String>();
        var path = "/v1/certificates?limit=200";
        for (var page = client.get(path); ; page = client.get(path + "&after=" + page.field("next"))) {
            var matcher = row.matcher(page.body());
            while (matcher.find()) {
                assertEquals(null, all.put(matcher.group(1), matcher.group(2)));
            }
            if (!page.body().contains("\"next\"")) {
                assertEquals(all.size(), new HashSet<>(all.values()).size());
                return all;
            }
        }
    }

    private static void assertNoSecret(String log) {
        assertTrue(log.contains("authority installation: made"));
        assertFalse(log.contains(RunningPki.TOKEN));
        assertFalse(log.contains(RunningPki.PASSPHRASE));
        assertFalse(log.contains("PRIVATE KEY"));
        assertFalse(log.contains("Exception"), log);
    }
}
