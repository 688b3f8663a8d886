package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster on a computer that has no network and nothing but a bundle: this namespace has no route, and the second computer no image. */
final class BundleTest {

    private static final Path IMAGES = Path.of(System.getProperty("clusterbox.cache"), "images");
    private static final Pattern SUM = Pattern.compile("SHA-256 ([0-9a-f]{64})");

    @TempDir
    private Path temporary;

    @Test
    void up_from_a_bundle_needs_no_network() throws Exception {
        assertEquals("", Run.of(Duration.ofSeconds(5), Map.of(), List.of("ip", "route")).succeeded().output());
        var file = temporary.resolve("etcd.bundle");
        var sum = create(file);

        var images = Files.createDirectory(temporary.resolve("images"));
        var there = Installation.start("bundle-to", 28100, Map.of("CLUSTERBOX_IMAGES", images.toString()));
        try {
            var tampered = temporary.resolve("tampered.bundle");
            Files.copy(file, tampered);
            flipByte(tampered);
            assertNotEquals(0, there.clusterbox("bundle", "import", tampered.toString()).exitCode());
            assertNotEquals(
                    0,
                    there.clusterbox("bundle", "import", file.toString(), "--sha256", "0".repeat(64))
                            .exitCode());
            there.clusterbox("bundle", "import", file.toString(), "--sha256", sum).succeeded();

            there.clusterbox(
                            "up", "--through", "etcd", "--provider", "nspawn", "--controllers", "1", "--nodes", "1", "--yes")
                    .succeeded();

            Healthy.assertThrough(there, "demo", 1, 1);
            // The program is the bundle's own, not the package's that is in the image.
            there.onMachine("demo", "controller-1", "test", "-x", "/usr/local/bin/etcd")
                    .succeeded();
            assertTrue(there.clusterbox("bundle", "list").succeeded().output().contains("etcd"));
        } finally {
            there.stop();
        }
    }

    /** On a computer that has everything; returns the bundle's checksum. */
    private String create(Path file) throws IOException, InterruptedException {
        var artifacts = Files.createDirectory(temporary.resolve("artifacts"));
        for (var program : List.of("etcd", "etcdctl")) {
            Files.copy(base().resolve("usr/bin").resolve(program), artifacts.resolve(program), StandardCopyOption.COPY_ATTRIBUTES);
        }
        var here = Installation.start("bundle-from", 28000, Map.of(Artifacts.VARIABLE, artifacts.toString()));
        try {
            var run = here.clusterbox("bundle", "create", file.toString(), "--through", "etcd", "--without-clusterbox")
                    .succeeded();
            var sum = SUM.matcher(run.output());
            assertTrue(sum.find(), run.output());
            return sum.group(1);
        } finally {
            here.stop();
        }
    }

    /** The image that the services' own tests have built. */
    private static Path base() throws IOException {
        try (var bases = Files.newDirectoryStream(IMAGES, "base-*")) {
            return bases.iterator().next();
        }
    }

    private static void flipByte(Path file) throws IOException {
        try (var content = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            var middle = content.size() / 2;
            content.read(one, middle);
            content.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), middle);
        }
    }
}
