package dev.clusterbox.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.command.SlashCommand.Cancel;
import dev.clusterbox.command.SlashCommand.Csr;
import dev.clusterbox.command.SlashCommand.Down;
import dev.clusterbox.command.SlashCommand.Events;
import dev.clusterbox.command.SlashCommand.Help;
import dev.clusterbox.command.SlashCommand.Kubeconfig;
import dev.clusterbox.command.SlashCommand.ListClusters;
import dev.clusterbox.command.SlashCommand.Lock;
import dev.clusterbox.command.SlashCommand.Plan;
import dev.clusterbox.command.SlashCommand.Retry;
import dev.clusterbox.command.SlashCommand.Scale;
import dev.clusterbox.command.SlashCommand.SmokeTest;
import dev.clusterbox.command.SlashCommand.Start;
import dev.clusterbox.command.SlashCommand.Status;
import dev.clusterbox.command.SlashCommand.Stop;
import dev.clusterbox.command.SlashCommand.Unlock;
import dev.clusterbox.command.SlashCommand.Up;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SlashCommandParserTest {

    private static final Up TWO_NODES = new Up(new ClusterName("demo"), Map.of(Option.NODES, 2));
    private static final Up THROUGH_ETCD = new Up(new ClusterName("demo"), Map.of(Option.THROUGH, "etcd"));

    static Stream<Arguments> understood() {
        return Stream.of(
                of("", new Help(Optional.empty())),
                of("   \t ", new Help(Optional.empty())),
                of("help", new Help(Optional.empty())),
                of("--help", new Help(Optional.empty())),
                of("help up", new Help(Optional.of(Verb.UP))),
                of("up --help", new Help(Optional.of(Verb.UP))),
                of("down whatever —help", new Help(Optional.of(Verb.DOWN))),
                of("up", new Up(new ClusterName("demo"), Map.of())),
                of("up team-a", new Up(new ClusterName("team-a"), Map.of())),
                of("Up Demo", new Up(new ClusterName("demo"), Map.of())),
                of("up demo --nodes 2", TWO_NODES),
                of("up --nodes 2 demo", TWO_NODES),
                of("up demo --nodes=2", TWO_NODES),
                of("up demo --NODES=2", TWO_NODES),
                of("up demo nodes=2", TWO_NODES),
                of("up demo -nodes 2", TWO_NODES),
                of("up demo —nodes 2", TWO_NODES),
                of("up demo –nodes 2", TWO_NODES),
                of("up demo ––nodes=2", TWO_NODES),
                of("up demo −−nodes 2", TWO_NODES),
                of("up\u00a0demo\u2003--nodes\u202f2", TWO_NODES),
                of("up de\u200bmo --nodes 2\u200e", TWO_NODES),
                of("up \"demo\" --nodes '2'", TWO_NODES),
                of("up “demo” --nodes ‘2’", TWO_NODES),
                of("up «demo» --nodes=„2“", TWO_NODES),
                of("up `demo` --nodes `2`", TWO_NODES),
                of("up demo --through \"etcd\"", THROUGH_ETCD),
                of("up te\u2011am", new Up(new ClusterName("te-am"), Map.of())),
                of(
                        "up demo --controllers 1 --nodes 1 --kubernetes 1.36 --provider nspawn --through etcd"
                                + " --subnet 192.168.57.0/24 --pod-cidr 10.1.0.0/16 --service-cidr 10.2.0.0/24",
                        new Up(
                                new ClusterName("demo"),
                                Map.of(
                                        Option.CONTROLLERS, 1,
                                        Option.NODES, 1,
                                        Option.KUBERNETES, "1.36",
                                        Option.PROVIDER, "nspawn",
                                        Option.THROUGH, "etcd",
                                        Option.SUBNET, "192.168.57.0/24",
                                        Option.POD_CIDR, "10.1.0.0/16",
                                        Option.SERVICE_CIDR, "10.2.0.0/24"))),
                of("down demo", new Down(new ClusterName("demo"))),
                of("Down Demo", new Down(new ClusterName("demo"))),
                of("retry", new Retry(new ClusterName("demo"))),
                of("retry team-a", new Retry(new ClusterName("team-a"))),
                of("events team-a", new Events(new ClusterName("team-a"))),
                of("status", new Status(new ClusterName("demo"))),
                of("status team-a", new Status(new ClusterName("team-a"))),
                of("smoke-test", new SmokeTest(new ClusterName("demo"))),
                of("Smoke\u2011Test team-a", new SmokeTest(new ClusterName("team-a"))),
                of("plan demo --nodes 2", new Plan(new ClusterName("demo"), Map.of(Option.NODES, 2))),
                of("cancel", new Cancel(new ClusterName("demo"))),
                of("scale 5", new Scale(new ClusterName("demo"), 5)),
                of("scale team-a 12", new Scale(new ClusterName("team-a"), 12)),
                of("stop team-a", new Stop(new ClusterName("team-a"))),
                of("start", new Start(new ClusterName("demo"))),
                of("unlock demo", new Unlock(new ClusterName("demo"))),
                of("lock demo upgrading etcd", new Lock(new ClusterName("demo"), "upgrading etcd", NONE, false)),
                of(
                        "lock demo \"a = b\" --minutes 90 --take-over",
                        new Lock(new ClusterName("demo"), "a = b", Optional.of(90), true)),
                of("lock demo —minutes=5 x=y", new Lock(new ClusterName("demo"), "x=y", Optional.of(5), false)),
                of("csr team-a " + CSR, new Csr(new ClusterName("team-a"), PEM)),
                of("csr " + CSR, new Csr(new ClusterName("demo"), PEM)),
                of("csr demo " + CSR.replace("\n", " "), new Csr(new ClusterName("demo"), PEM)),
                of("csr demo " + CSR.replace("\n", "").replace("CERTIFICATE", "NEW CERTIFICATE"), new Csr(new ClusterName("demo"), PEM)),
                of("kubeconfig", new Kubeconfig(new ClusterName("demo"))),
                of("kubeconfig team-a", new Kubeconfig(new ClusterName("team-a"))),
                of("LIST", new ListClusters()));
    }

    private static final Optional<Integer> NONE = Optional.empty();
    private static final String CSR =
            "-----BEGIN CERTIFICATE REQUEST-----\n%s\n%s\n-----END CERTIFICATE REQUEST-----".formatted("A".repeat(64), "BBBB+/==");
    private static final String PEM = CSR + "\n";
    private static final String NO_CSR =
            "this is no certificate request (paste what 'openssl req -new -key my.key -subj /CN=me' prints, with its first and last line)";

    @ParameterizedTest
    @MethodSource
    void understood(String typed, SlashCommand meant) {
        assertEquals(meant, SlashCommandParser.parse(typed));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                of("upp", "there is no command 'upp' (did you mean 'up'?)"),
                of("stauts", "there is no command 'stauts' (did you mean 'status'?)"),
                of("create demo", "there is no command 'create' (did you mean 'up'?)"),
                of("destroy demo", "there is no command 'destroy' (did you mean 'down'?)"),
                of("ls", "there is no command 'ls' (did you mean 'list'?)"),
                of("test demo", "there is no command 'test' (did you mean 'smoke-test'?)"),
                of("smoke", "there is no command 'smoke' (did you mean 'smoke-test'?)"),
                of("kubectl", "there is no command 'kubectl' (did you mean 'kubeconfig'?)"),
                of("kubeconfig demo --merge", "kubeconfig: no option '--merge' ('help kubeconfig' shows its options)"),
                of("xyzzy", "there is no command 'xyzzy' ('help' shows all commands)"),
                of("help upp", "there is no command 'upp' (did you mean 'up'?)"),
                of("up demo --node 3", "up: no option '--node' (did you mean '--nodes'?)"),
                of("up demo --controlers 3", "up: no option '--controlers' (did you mean '--controllers'?)"),
                of("up demo --kube 1.36", "up: no option '--kube' (did you mean '--kubernetes'?)"),
                of("up demo --yes", "up: no option '--yes' ('help up' shows its options)"),
                of("up demo nodes 3", "up: 'nodes' is one word too many (did you mean '--nodes'?)"),
                of("up demo other", "up: 'other' is one word too many (it is '" + Verb.UP.usage() + "')"),
                of("list demo", "list: 'demo' is one word too many (it is 'list')"),
                of("up --nodes", "--nodes has no value (type '--nodes N': how many nodes (3))"),
                of("up --nodes two", "--nodes: 'two' (expected: a number) (type '--nodes N': how many nodes (3))"),
                of("up --nodes -1", "--nodes: '-1' (expected: a number) (type '--nodes N': how many nodes (3))"),
                of("up --nodes ٣", "--nodes: '٣' (expected: a number) (type '--nodes N': how many nodes (3))"),
                of("up --nodes 99999", "--nodes: '99999' (expected: a number) (type '--nodes N': how many nodes (3))"),
                of("up --nodes 2 --nodes=3", "--nodes stands there twice (say it once)"),
                of(
                        "up --through \"etcd; rm -rf /\"",
                        "--through: 'etcd; rm -rf /' (expected: letters, digits and . / : _ -, at most 64)"
                                + " (type '--through STEP': stop after a step, for example etcd)"),
                of("stop", "which cluster? (say its name; 'list' shows them all)"),
                of("lock", "which cluster? (say its name; 'list' shows them all)"),
                of("lock demo", "why? (say the reason: 'lock demo upgrading etcd')"),
                of("lock demo x --minutes soon", "--minutes: 'soon' (expected: a number) (type '--minutes N': how long (60))"),
                of("lock demo x --take-over=yes", "--take-over: 'yes' (expected: nothing after it) (type '--take-over': replace somebody else's lock)"),
                of("scale demo", "N: 'demo' (expected: a number) (for example 'scale demo 5')"),
                of("scale demo five", "N: 'five' (expected: a number) (for example 'scale demo 5')"),
                of("scale demo 5 6", "scale: '6' is one word too many (it is 'scale [NAME] N')"),
                of("csr demo", NO_CSR),
                of("csr demo -----BEGIN CERTIFICATE REQUEST----- <script> -----END CERTIFICATE REQUEST-----", NO_CSR),
                of("down", "which cluster? (say its name; 'list' shows them all)"),
                of("down demo --yes", "down: no option '--yes' ('help down' shows its options)"),
                of("up \"demo", "a quote is opened and never closed (close it, or leave it out)"));
    }

    @ParameterizedTest
    @MethodSource
    void refused(String typed, String answer) {
        var e = assertThrows(ProblemException.class, () -> SlashCommandParser.parse(typed));
        assertEquals(Code.INVALID, e.problem().code());
        assertEquals(answer, e.getMessage());
    }

    static Stream<String> names_that_are_none() {
        return Stream.of(
                "../../v1/operations",
                "demo/..",
                "demo%2f",
                "-",
                "demo-",
                "de_mo",
                "démo",
                "demo—nodes",
                "demo?x",
                "demo#x",
                "<!channel>",
                "&lt;!here&gt;",
                "@here",
                "a".repeat(64));
    }

    @ParameterizedTest
    @MethodSource
    void names_that_are_none(String name) {
        for (var verb : Set.of("up ", "down ", "status ", "smoke-test ", "kubeconfig ")) {
            var e = assertThrows(ProblemException.class, () -> SlashCommandParser.parse(verb + name));
            assertEquals(Code.INVALID, e.problem().code());
        }
    }

    @Test
    void a_novel_is_refused_before_it_is_read() {
        var e = assertThrows(ProblemException.class, () -> SlashCommandParser.parse("up ".repeat(100_000)));
        assertEquals(
                "the command has 300000 characters (expected: at most 1000)",
                e.problem().message());
    }

    @Test
    void every_kind_of_command_has_a_verb_whose_examples_make_it() {
        var made = new HashSet<Class<?>>();
        for (var verb : Verb.values()) {
            for (var example : verb.examples()) {
                made.add(SlashCommandParser.parse(example).getClass());
            }
        }
        assertEquals(
                Stream.of(SlashCommand.class, SlashCommand.OnCluster.class)
                        .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
                        .filter(Class::isRecord)
                        .collect(Collectors.toSet()),
                made);
    }

    @Test
    void every_verb_has_help_that_it_understands() {
        for (var verb : Verb.values()) {
            assertEquals(new Help(Optional.of(verb)), SlashCommandParser.parse("help " + verb.word()));
            assertEquals(new Help(Optional.of(verb)), SlashCommandParser.parse(verb.word() + " --help"));
        }
    }

    @Test
    void every_option_of_up_has_a_field_of_the_gateway() {
        for (var option : Verb.UP.options()) {
            var value = option.kind() == Option.Kind.COUNT ? "1" : "x";
            var up = assertInstanceOf(Up.class, SlashCommandParser.parse("up --%s %s".formatted(option.word(), value)));
            assertEquals(Set.of(option), up.options().keySet());
            assertTrue(!option.field().isEmpty(), option.word());
        }
    }

    private static Arguments of(String typed, Object expected) {
        return Arguments.of(typed, expected);
    }
}
