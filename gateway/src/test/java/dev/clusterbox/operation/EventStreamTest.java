package dev.clusterbox.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.LogCapture;
import dev.clusterbox.fixture.Rest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Events as scripts and terminals read them. The operation is held in its middle, the gateway restarted, and it ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EventStreamTest {

    private record ServerSent(long id, String event, String data) {}

    private final Installation installation = Installation.start();
    private final List<ServerSent> beforeRestart = new ArrayList<>();
    private String operation = "";

    @BeforeAll
    void upWithARestart() throws InterruptedException {
        var hold = installation.fleet.hold("127.0.63.11", Operation::hasRunUnit);
        operation = installation
                .rest()
                .up("{name: demo, nodes: 0, controllers: 1, subnet: 127.0.63.0/24, through: etcd}")
                .text("id");
        hold.awaitReached();
        try (var lines = installation.rest().lines("/v1/operations/" + operation + "/events")) {
            var events = lines.iterator();
            do {
                beforeRestart.add(next(events));
            } while (!beforeRestart.getLast().data.contains("\"type\":\"step-started\",\"step\":\"etcd\""));
        }
        installation.stopGateway();
        hold.release();
        installation.startGateway();
        assertTrue(installation.rest().awaitEnd(operation).startsWith("operation-succeeded"));
    }

    @AfterAll
    void end() {
        installation.close();
    }

    private static ServerSent next(Iterator<String> lines) {
        long id = -1;
        var event = "";
        var data = "";
        while (lines.hasNext()) {
            var line = lines.next();
            if (line.isEmpty()) {
                return new ServerSent(id, event, data);
            }
            var field = line.split(": ?", 2);
            switch (field[0]) {
                case "id" -> id = Long.parseLong(field[1]);
                case "event" -> event = field[1];
                case "data" -> data = field[1];
                default -> throw new AssertionError(line);
            }
        }
        throw new AssertionError("the stream has ended");
    }

    private List<ServerSent> all(Rest rest) {
        try (var lines = rest.lines("/v1/operations/" + operation + "/events")) {
            var iterator = lines.iterator();
            var events = new ArrayList<ServerSent>();
            while (iterator.hasNext()) {
                events.add(next(iterator));
            }
            return events;
        }
    }

    @Test
    void a_stream_that_broke_goes_on_after_the_last_event_that_was_seen_without_gap_or_repetition() {
        var complete = all(installation.rest());
        assertEquals(
                LongStream.rangeClosed(1, complete.size()).boxed().toList(),
                complete.stream().map(ServerSent::id).toList(),
                "one operation on this gateway, so every number is there");
        assertEquals("operation-started", complete.getFirst().event);
        assertEquals("operation-succeeded", complete.getLast().event);
        assertEquals(beforeRestart, complete.subList(0, beforeRestart.size()), "what was said stays said");

        var last = beforeRestart.getLast().id;
        var rest = all(installation.rest().with("Last-Event-ID", Long.toString(last)));

        var pieces = new ArrayList<>(beforeRestart);
        pieces.addAll(rest);
        assertEquals(complete, pieces);
    }

    @Test
    void after_the_last_event_a_stream_of_an_operation_has_nothing_more() {
        var last = all(installation.rest()).getLast();
        try (var log = new LogCapture()) {
            var other = installation.rest().with("Last-Event-ID", Long.toString(last.id - 1));
            assertEquals(List.of(last), all(other));
            assertFalse(log.has("ERROR"), "" + log.lines());
        }
    }

    @Test
    void a_cluster_has_the_events_of_its_operations_and_an_unknown_one_has_none() {
        try (var lines = installation.rest().lines("/v1/clusters/demo/events")) {
            var events = lines.iterator();
            assertEquals(beforeRestart.getFirst(), next(events));
        }
        assertEquals(404, installation.rest().get("/v1/clusters/other/events").status());
        assertEquals(404, installation.rest().get("/v1/operations/other/events").status());
        assertEquals(
                404, installation.rest().get("/v1/operations/other/progress").status());
        assertEquals(404, installation.rest().get("/v1/operations/other").status());
    }

    @Test
    void a_number_that_is_none_is_refused() {
        for (var id : List.of("x", "1.5", "99999999999999999999", "1;2")) {
            var answer = installation.rest().with("Last-Event-ID", id).get("/v1/operations/" + operation + "/progress");
            assertEquals(400, answer.status(), id + ": " + answer.body());
        }
    }

    @Test
    void a_terminal_gets_a_line_of_eight_fields_for_each_event() {
        try (var lines = installation.rest().lines("/v1/operations/" + operation + "/progress")) {
            var all = lines.map(line -> List.of(line.split("\t", -1))).toList();

            assertTrue(all.stream().allMatch(fields -> fields.size() == 8), "" + all);
            assertEquals("operation-started", all.getFirst().getFirst());
            assertEquals("UP demo for admin", all.getFirst().get(6));
            assertTrue(
                    all.stream()
                            .anyMatch(fields ->
                                    fields.subList(0, 3).equals(List.of("step-done", "check-host", "Check host"))),
                    "" + all);
            assertEquals("operation-succeeded", all.getLast().getFirst());
            assertEquals("demo is up through etcd", all.getLast().get(6));
            assertEquals(List.of("8", "8"), all.getLast().subList(3, 5));
        }
    }

    @Test
    void a_line_is_one_line_and_has_no_escape_sequence_in_any_language() {
        var usual = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            var event = new Event(
                    7,
                    java.time.Instant.EPOCH,
                    "demo",
                    "op",
                    Event.STEP_FAILED,
                    "etcd",
                    "Start etcd",
                    1,
                    8,
                    "a\tb\r\nc \u001b[31md",
                    1.25,
                    Optional.empty());

            assertEquals("step-failed\tetcd\tStart etcd\t1\t8\t1.3\ta b c  [31md\t7", event.line());
        } finally {
            Locale.setDefault(usual);
        }
    }
}
