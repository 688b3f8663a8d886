package dev.clusterbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.LocalRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PruningTest {

    private final Instant later = Instant.now().plus(Duration.ofDays(2));
    private final Instant muchLater = Instant.now().plus(Duration.ofDays(30));

    @TempDir
    Path scratch;

    private Path folder = Path.of("");
    private Path machines = Path.of("");

    @BeforeEach
    void layers() throws IOException {
        folder = Files.createDirectories(scratch.resolve("images"));
        machines = Files.createDirectories(scratch.resolve("state/nspawn/machines"));
        for (var layer : List.of("agent-1", "agent-2", "base-1", "base-2")) {
            Files.createDirectories(folder.resolve(layer).resolve("etc"));
        }
    }

    private Images images() {
        return new Images(folder, Optional.empty(), new LocalRunner());
    }

    private Set<String> left() throws IOException {
        var names = new TreeSet<String>();
        try (var all = Files.newDirectoryStream(folder, "{agent-,base-,.building-,.known-agent-}*")) {
            all.forEach(path -> names.add(String.valueOf(path.getFileName())));
        }
        return names;
    }

    @Test
    void layers_that_an_installation_needs_stay_and_old_ones_that_nobody_needs_go() throws Exception {
        images().hold("mine", machines, List.of(folder.resolve("agent-1"), folder.resolve("base-1")));

        images().prune(later);
        assertEquals(Set.of("agent-1", "base-1", "base-2"), left());
        images().prune(muchLater);
        assertEquals(Set.of("agent-1", "base-1"), left());
    }

    @Test
    void what_is_new_stays_though_nobody_needs_it_yet() throws Exception {
        images().prune(Instant.now());

        assertEquals(Set.of("agent-1", "agent-2", "base-1", "base-2"), left());
    }

    @Test
    void an_installation_that_says_anew_what_it_needs_needs_nothing_else() throws Exception {
        images().hold("mine", machines, List.of(folder.resolve("agent-1")));
        images().hold("mine", machines, List.of(folder.resolve("agent-2")));
        images().hold("yours", machines, List.of());

        images().prune(later);

        assertEquals(Set.of("agent-2", "base-1", "base-2"), left());
    }

    @Test
    void an_installation_that_needs_nothing_any_more_says_so() throws Exception {
        images().hold("mine", machines, List.of(folder.resolve("agent-1")));
        images().release("mine");
        images().release("never was");

        images().prune(later);

        assertEquals(Set.of("base-1", "base-2"), left());
    }

    @Test
    void an_installation_needs_its_layers_for_as_long_as_its_folder_is_there() throws Exception {
        images().hold("mine", machines, List.of(folder.resolve("agent-1")));
        images().prune(muchLater);
        assertEquals(Set.of("agent-1"), left());

        Files.delete(machines);
        images().prune(later);
        assertEquals(Set.of(), left());
        assertTrue(Files.notExists(folder.resolve(".lease-mine")));
    }

    @Test
    void a_layer_that_is_mounted_somewhere_stays_whoever_has_it() throws Exception {
        var places = List.of("upper", "work", "root");
        for (var place : places) {
            Files.createDirectories(scratch.resolve(place));
        }
        var script =
                "mount -t overlay -o lowerdir=%2$s,upperdir=%1$s/upper,workdir=%1$s/work overlay %1$s/root; read -r _"
                        .formatted(scratch, folder.resolve("agent-2"));
        var mounted = new ProcessBuilder("unshare", "--mount", "--propagation", "private", "sh", "-ec", script).start();
        try {
            var mounts = Path.of("/proc/%d/mounts".formatted(mounted.pid()));
            for (int i = 0; i < 500 && !Files.readString(mounts).contains("agent-2"); i++) {
                Thread.sleep(10);
            }
            images().prune(later);
        } finally {
            mounted.destroyForcibly().waitFor();
        }

        assertEquals(Set.of("agent-2", "base-1", "base-2"), left());
    }

    @Test
    void what_was_remembered_of_agents_long_ago_is_forgotten() throws Exception {
        Files.writeString(folder.resolve(".known-agent-1"), "1");

        images().prune(Instant.now());
        assertTrue(left().contains(".known-agent-1"));
        images().prune(later);
        assertTrue(!left().contains(".known-agent-1"));
    }
}
