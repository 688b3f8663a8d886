package dev.clusterbox.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.command.ClusterName;
import dev.clusterbox.command.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {

    private static final String RULES = """
            rules:
              - role: viewer
              - role: operator
                groups: [S0DEVS]
                channels: [C0LAB]
                clusters: [team-a-*, demo]
              - role: operator
                users: [U0ADA, U0BOB]
              - role: admin
                users: [U0ADA]
                channels: [C0OPS]
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "U0EVE, '',     C0LAB, demo,      VIEWER",
        "U0EVE, S0DEVS, C0LAB, demo,      OPERATOR",
        "U0EVE, S0DEVS, C0LAB, team-a-1,  OPERATOR",
        "U0EVE, S0DEVS, C0LAB, team-a,    VIEWER",
        "U0EVE, S0DEVS, C0LAB, team-b-1,  VIEWER",
        "U0EVE, S0DEVS, C0LAB, xdemo,     VIEWER",
        "U0EVE, S0DEVS, C0OPS, demo,      VIEWER",
        "U0EVE, S0DEVS, C0LAB, '',        VIEWER",
        "U0EVE, S0OTHR, C0LAB, demo,      VIEWER",
        "U0BOB, '',     C0LAB, other,     OPERATOR",
        "U0BOB, '',     C0OPS, other,     OPERATOR",
        "U0ADA, '',     C0LAB, other,     OPERATOR",
        "U0ADA, '',     C0OPS, other,     ADMIN",
        "U0ADA, '',     C0OPS, '',        ADMIN",
    })
    void the_highest_role_that_is_given_counts(String user, String group, String channel, String cluster, Role role)
            throws Exception {
        var rules = Rules.read(Files.writeString(folder.resolve("rules.yaml"), RULES));
        var asker = new Asker(user, group.isEmpty() ? Set.of() : Set.of(group), channel);

        assertEquals(Optional.of(role), rules.role(asker, named(cluster)));
        assertEquals(Set.of("S0DEVS"), rules.groups());
    }

    @Test
    void whom_no_rule_names_may_do_nothing() throws Exception {
        var rules = Rules.read(
                Files.writeString(folder.resolve("rules.yaml"), "rules:\n  - {role: admin, users: [U0ADA]}\n"));

        assertEquals(Optional.empty(), rules.role(new Asker("U0EVE", Set.of(), "C0LAB"), named("demo")));
        assertEquals(Optional.of(Role.ADMIN), Rules.none().role(new Asker("U0EVE", Set.of(), "C0LAB"), named("demo")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rules:",
                "rules: []",
                "rule:\n  - role: admin",
                "rules:\n  - role: admin\nmore: x",
                "rules:\n  - role: root",
                "rules:\n  - role: ADMIN",
                "rules:\n  - users: [U0ADA]",
                "rules:\n  - {role: admin, user: [U0ADA]}",
                "rules:\n  - {role: admin, users: []}",
                "rules:\n  - {role: admin, users: U0ADA}",
                "rules:\n  - {role: admin, users: [ada]}",
                "rules:\n  - {role: admin, users: ['*']}",
                "rules:\n  - {role: admin, channels: ['#lab']}",
                "rules:\n  - {role: admin, clusters: ['.*']}",
                "rules:\n  - {role: admin, clusters: [1]}",
                "rules:\n  - !!javax.script.ScriptEngineManager []",
                "rules: &a [*a]",
            })
    void what_is_not_understood_is_refused_as_a_whole(String text) throws Exception {
        var file = Files.writeString(folder.resolve("rules.yaml"), text);

        var e = assertThrows(IllegalStateException.class, () -> Rules.read(file));
        assertTrue(String.valueOf(e.getMessage()).startsWith("rules file " + file), e.getMessage());
    }

    @Test
    void a_file_that_is_not_there_is_no_leave_for_everybody() {
        assertThrows(IllegalStateException.class, () -> Rules.read(folder.resolve("nowhere")));
    }

    private static Optional<ClusterName> named(String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(new ClusterName(name));
    }
}
