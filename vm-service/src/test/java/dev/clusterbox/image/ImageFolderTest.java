package dev.clusterbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.LocalRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageFolderTest {

    @TempDir
    Path images;

    @Test
    void what_a_killed_service_left_is_removed_and_its_builder_ended() throws Exception {
        var scrap =
                Files.createDirectories(images.resolve(".building-1/root/etc")).getParent();
        var whole = Files.createDirectories(images.resolve("base-1"));
        var builder = new ProcessBuilder("sh", "-c", "sleep 600 & wait; : " + scrap).start();
        while (builder.descendants().findAny().isEmpty()) {
            Thread.sleep(5);
        }
        var child = builder.descendants().findAny().orElseThrow();

        new ImageFolder(images, new LocalRunner()).alone(() -> {
            assertFalse(Files.exists(images.resolve(".building-1")));
            assertTrue(Files.exists(whole));
        });

        assertTrue(builder.waitFor(5, TimeUnit.SECONDS));
        child.onExit().get(5, TimeUnit.SECONDS);
    }

    @Test
    void two_services_do_not_build_at_once() throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        ImageFolder.Work work = () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.sleep(50);
            inside.decrementAndGet();
        };
        var other = Thread.startVirtualThread(() -> {
            try {
                new ImageFolder(images, new LocalRunner()).alone(work);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        new ImageFolder(images, new LocalRunner()).alone(work);
        other.join();

        assertEquals(1, most.get());
        assertEquals(0, inside.get());
    }
}
