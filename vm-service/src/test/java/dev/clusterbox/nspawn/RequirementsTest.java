package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequirementsTest {

    @ParameterizedTest
    @ValueSource(strings = {"/a:/etc/shadow", "/a b", "/a,b", "/a\"b", "/a'b", "/a\\b", "/a\nb"})
    void a_path_that_a_mount_would_read_as_more_than_a_path_is_refused_wherever_it_stands(String path) {
        var store = new Shared(Path.of("/images"), Optional.of(ArtifactStore.at(Path.of(path))));
        var images = new Shared(Path.of(path), Optional.empty());

        for (var folders : List.of(store.mountedWith(Path.of("/state")), images.mountedWith(Path.of("/state")))) {
            var availability = Requirements.availability(folders, 0);
            assertFalse(availability.available());
            assertTrue(availability.why().contains(path), availability.why());
        }
    }

    @Test
    void a_usual_kernel_is_enough_for_one_cluster_and_says_what_another_needs() {
        assertEquals(Optional.empty(), Requirements.inotify(0, 128));
        assertTrue(Requirements.inotify(7, 128).orElseThrow().contains("sysctl -w fs.inotify.max_user_instances=1024"));
        assertEquals(Optional.empty(), Requirements.inotify(21, 1024));
    }
}
