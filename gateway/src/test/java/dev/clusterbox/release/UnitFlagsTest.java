package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The flags in units, compared with what the programs said of themselves: Kubernetes takes some away with each release. */
final class UnitFlagsTest {

    /** A program as a unit starts it. */
    record Start(String line, String host, List<String> command) {

        @Override
        public String toString() {
            return "%s: %s on %s".formatted(line, Unit.program(command), host);
        }
    }

    static Stream<Start> starts() {
        return Arrays.stream(Variant.values())
                .flatMap(Rendered::files)
                .filter(Rendered::isUnit)
                .flatMap(unit -> new Unit(unit.content())
                        .commands().stream().map(command -> new Start(unit.line(), unit.hostName(), command)))
                .filter(start -> start.command.stream().anyMatch(word -> word.startsWith("--")))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("starts")
    void a_program_knows_its_flags(Start start) throws IOException {
        var recorded = Help.of(start.line, Unit.program(start.command));
        assertFalse(recorded.isEmpty(), "there is no recorded help");
        for (var help : recorded) {
            assertEquals(List.of(), help.problems(start.command), help.title());
        }
    }

    @Test
    void all_of_kubernetes_is_compared() {
        var programs = new TreeSet<String>();
        starts().forEach(start -> programs.add(Unit.program(start.command)));
        assertTrue(
                programs.containsAll(Set.of(
                        "etcd",
                        "flanneld",
                        "kube-apiserver",
                        "kube-controller-manager",
                        "kube-proxy",
                        "kube-scheduler",
                        "kubelet")),
                programs::toString);
    }

    @Test
    void both_releases_of_etcd_are_compared() throws IOException {
        assertEquals(
                List.of("# Flags of etcd 3.4.23, from its --help.", "# Flags of etcd 3.6.8, from its --help."),
                Help.of("1.36", "etcd").stream().map(Help::title).toList());
    }

    @Test
    void what_is_wrong_is_found() throws IOException {
        var help = Help.of("1.36", "kubelet").getFirst();
        var unit = new Unit("""
                [Service]
                ExecStart=kubelet \\
                  --allow-privileged=true \\
                  --cgroup-driver=systemd \\
                  --v=2 \\
                  --v=3 \\
                  surplus \\
                  --config
                """);

        assertEquals(
                List.of(
                        "--allow-privileged is unknown",
                        "--cgroup-driver is deprecated",
                        "--v is there twice",
                        "--v is there twice",
                        "surplus is no flag",
                        "--config has no value"),
                help.problems(unit.commands().getFirst()));
    }
}
