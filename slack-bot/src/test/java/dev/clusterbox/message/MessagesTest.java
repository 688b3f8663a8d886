package dev.clusterbox.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.slack.api.util.json.GsonFactory;
import dev.clusterbox.gateway.Cluster;
import dev.clusterbox.gateway.Cluster.Check;
import dev.clusterbox.gateway.Cluster.SmokeTest;
import dev.clusterbox.gateway.Event;
import dev.clusterbox.gateway.Operation;
import dev.clusterbox.gateway.SentProblem;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.standin.BlockKit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares with src/test/resources/golden. {@code -Dgolden.write=true} writes the files anew, for a person to read. */
class MessagesTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant NOW = START.plusSeconds(75);
    private static final String EVIL = "<!channel> @here & `x` *y* \u202e<https://evil.example|ok>";

    static Stream<Arguments> golden() {
        return Stream.of(
                Arguments.of("begun", show(begun())),
                Arguments.of("under-way", show(underWay())),
                Arguments.of("waiting", show(underWay().waiting("the gateway does not answer: connection refused"))),
                Arguments.of("succeeded", show(underWay().with(event("operation-succeeded", "", 6.25), NOW))),
                Arguments.of(
                        "failed",
                        show(underWay()
                                .with(
                                        new Event(
                                                "operation-failed",
                                                "",
                                                "",
                                                "",
                                                90.0,
                                                new SentProblem(
                                                        "TIMED_OUT",
                                                        "waited 180 s for the agent on demo-node-2: connection refused",
                                                        null,
                                                        "run './clusterbox ssh demo node-2'")),
                                        NOW))),
                Arguments.of(
                        "removed",
                        show(Progress.of(operation(Operation.Kind.DOWN, List.of()), "U1", NOW)
                                .with(event("operation-succeeded", "", 1.0), NOW))),
                Arguments.of(
                        "stopped",
                        show(Progress.of(operation(Operation.Kind.STOP, List.of()), "U1", NOW)
                                .with(event("operation-succeeded", "", 1.0), NOW))),
                Arguments.of("ready", show(whole().with(event("operation-succeeded", "", 75.5), NOW))),
                Arguments.of("smoke-test", show(tried(true).with(event("operation-succeeded", "", 12.5), NOW))),
                Arguments.of(
                        "smoke-test-failed",
                        show(tried(false)
                                .with(
                                        new Event(
                                                "operation-failed",
                                                "",
                                                "",
                                                "",
                                                12.5,
                                                new SentProblem(
                                                        "FAILED",
                                                        "1 of 2 checks failed: names",
                                                        null,
                                                        "look at CoreDNS")),
                                        NOW))),
                Arguments.of("problem", Messages.problem(Problem.conflict("'demo' is being removed", "wait a minute"))),
                Arguments.of("evil", show(evil())),
                Arguments.of("status", ClusterMessages.status(cluster("demo", 2))),
                Arguments.of("list", ClusterMessages.list(List.of(cluster("demo", 0), cluster("a", 0)), "/cluster")),
                Arguments.of("empty-list", ClusterMessages.list(List.of(), "/cluster")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void golden(String name, Message message) throws Exception {
        var json = json(message);
        var file = GOLDEN.resolve(name + ".json");
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(file, json);
        }
        assertEquals(Files.readString(file), json);
        assertEquals(Optional.empty(), refusal(message));
    }

    @Test
    void a_thousand_clusters_and_machines_stay_within_the_limits() {
        var clusters = Collections.nCopies(5_000, cluster("x".repeat(63), 0));
        assertEquals(Optional.empty(), refusal(ClusterMessages.list(clusters, "/cluster")));
        assertEquals(Optional.empty(), refusal(ClusterMessages.status(cluster("demo", 5_000))));
    }

    @Test
    void a_problem_of_any_length_stays_within_the_limits() {
        var long1 = "<&>".repeat(20_000);
        assertEquals(Optional.empty(), refusal(Messages.problem(Problem.failed(long1, long1))));
        var failed = underWay().lost(Problem.failed(long1, long1), NOW);
        assertEquals(Optional.empty(), refusal(show(failed)));
    }

    @Test
    void a_thousand_steps_stay_within_the_limits() {
        var progress = begun();
        for (int i = 0; i < 1_000; i++) {
            progress = progress.with(
                    new Event("step-started", "step-" + i, "<".repeat(400), EVIL.repeat(20), 1.0, null), NOW);
        }
        assertEquals(Optional.empty(), refusal(show(progress)));
    }

    @Test
    void a_thousand_checks_stay_within_the_limits() {
        var checks = Collections.nCopies(1_000, new Check("<".repeat(400), false, 1e9, EVIL.repeat(20)));
        assertEquals(Optional.empty(), refusal(show(tried(true).with(new SmokeTest(NOW, checks)))));
    }

    @Test
    void nothing_foreign_is_markup() {
        for (var message : List.of(
                show(evil()),
                Messages.problem(Problem.failed(EVIL, EVIL)),
                ClusterMessages.status(evilCluster()),
                ClusterMessages.list(List.of(evilCluster()), "/cluster"))) {
            var all = message.text() + blocks(message);
            assertFalse(all.contains("<!"), all);
            assertFalse(all.contains("<http"), all);
            assertFalse(all.matches("(?is).*@(channel|here|everyone).*"), all);
            assertFalse(all.contains("\u202e"), all);
        }
    }

    @Test
    void every_verb_and_option_is_in_the_help() {
        for (var verb : dev.clusterbox.command.Verb.values()) {
            assertTrue(HelpText.of(Optional.empty(), "/kube").contains("`/kube " + verb.word() + "`"));
            var help = HelpText.of(Optional.of(verb), "/kube");
            assertTrue(help.contains(verb.usage()), help);
            for (var option : verb.options()) {
                assertTrue(help.contains("`" + option.usage() + "` — " + option.meaning()), help);
            }
        }
        assertTrue(HelpText.of(Optional.empty(), "/kube").length() < 3_000);
    }

    private static Message show(Progress progress) {
        return Messages.progress(progress, "/cluster", NOW);
    }

    private static Operation operation(Operation.Kind kind, List<Operation.Step> steps) {
        return new Operation(
                "op-1",
                "demo",
                kind,
                kind == Operation.Kind.UP ? "etcd" : null,
                Operation.State.RUNNING,
                START,
                null,
                steps,
                null);
    }

    private static Progress begun() {
        var steps = List.of(
                new Operation.Step("check-host", "Check the host", Operation.StepState.PENDING, null, null),
                new Operation.Step("machines", "Create the machines", Operation.StepState.PENDING, null, null),
                new Operation.Step("etcd", "Start etcd", Operation.StepState.PENDING, null, null));
        return Progress.of(operation(Operation.Kind.UP, steps), "U2147483697", START);
    }

    private static Progress underWay() {
        return begun().with(event("operation-started", "", 0), NOW)
                .with(event("step-started", "check-host", 0), NOW)
                .with(event("step-done", "check-host", 0.31), NOW)
                .with(event("step-started", "machines", 0), NOW)
                .with(new Event("step-progress", "machines", "", "4 of 7 machines", 1.2, null), NOW);
    }

    private static Progress whole() {
        return Progress.of(
                new Operation(
                        "op-1", "demo", Operation.Kind.UP, null, Operation.State.RUNNING, START, null, List.of(), null),
                "U2147483697",
                START);
    }

    private static Progress tried(boolean passed) {
        var steps = List.of(
                new Operation.Step("smoke-test", "Smoke test", Operation.StepState.RUNNING, null, "trying names"));
        return Progress.of(operation(Operation.Kind.SMOKE_TEST, steps), "U2147483697", START)
                .with(new SmokeTest(
                        NOW,
                        List.of(
                                new Check("encryption at rest", true, 0.42, "k8s:enc: in etcd"),
                                new Check("names", passed, 5.0, passed ? null : "kubernetes.default:\nno answer"))));
    }

    private static Progress evil() {
        return begun().with(new Event("step-progress", "machines", EVIL, EVIL, null, null), NOW)
                .with(new SmokeTest(NOW, List.of(new Check(EVIL, false, null, EVIL))))
                .waiting(EVIL);
    }

    private static Event event(String type, String step, double seconds) {
        return new Event(type, step, "", "", seconds, null);
    }

    private static Cluster cluster(String name, int machines) {
        var all = IntStream.rangeClosed(1, machines)
                .mapToObj(i -> new Cluster.Machine(
                        name + "-node-" + i, "node-" + i, "node", "192.168.56." + (20 + i), "RUNNING", "CONNECTED"))
                .toList();
        return new Cluster(
                name,
                "nspawn",
                "1.36",
                "192.168.56.0/24",
                new Cluster.State("REACHED", "etcd", null, null, null),
                all,
                null);
    }

    private static Cluster evilCluster() {
        return new Cluster(
                EVIL,
                EVIL,
                EVIL,
                EVIL,
                new Cluster.State("FAILED", EVIL, null, null, new SentProblem("FAILED", EVIL, null, EVIL)),
                List.of(new Cluster.Machine(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL)),
                new SmokeTest(NOW, List.of(new Check(EVIL, false, null, EVIL))));
    }

    private static String json(Message message) {
        var all = new JsonObject();
        all.addProperty("text", message.text());
        all.add("blocks", JsonParser.parseString(blocks(message)));
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(all) + "\n";
    }

    private static String blocks(Message message) {
        return GsonFactory.createSnakeCase()
                .toJsonTree(message.blocks())
                .getAsJsonArray()
                .toString();
    }

    private static Optional<String> refusal(Message message) {
        var blocks = new JsonArray();
        JsonParser.parseString(blocks(message)).getAsJsonArray().forEach(blocks::add);
        return BlockKit.refusal(message.text(), blocks.toString());
    }
}
