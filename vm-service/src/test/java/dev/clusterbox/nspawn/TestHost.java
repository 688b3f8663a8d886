package dev.clusterbox.nspawn;

import dev.clusterbox.host.HostsNetwork;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.image.Images;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** The real host, from a network namespace of its own (see {@code src/test/netns}), and an image that is built once. */
final class TestHost {

    static final LocalRunner RUNNER = new LocalRunner();

    private TestHost() {}

    /** The folder of images, with the root file system in it. */
    static Path images() throws IOException, InterruptedException {
        var folder = Files.createDirectories(Path.of(System.getProperty("clusterbox.images")));
        var images = new Images(folder.toRealPath(), Optional.empty(), new HostsNetwork());
        var image = images.prepare();
        while (image.state() == State.BUILDING) {
            Thread.sleep(Duration.ofMillis(200));
            image = images.image();
        }
        if (image.state() != State.READY) {
            throw new IllegalStateException(image.toString());
        }
        return folder;
    }

    /** A stand-in for the agent: a file that is there, and nothing that runs. */
    static Path agent(Path folder) throws IOException {
        var file = folder.resolve("opt/clusterbox/agent/version");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "stand-in\n");
        return folder;
    }

    static NspawnHost open(Path state, Path agent) throws IOException, InterruptedException {
        return open(state, agent, Optional.empty());
    }

    static NspawnHost open(Path state, Path agent, Optional<Path> artifacts) throws IOException, InterruptedException {
        var images = images();
        var host = NspawnHost.open(
                state,
                images,
                Optional.of(agent),
                artifacts,
                RUNNER,
                ObjectMapper.getDefault(),
                InstantSource.system());
        var image = host.provider().prepareImage();
        while (image.state() == State.BUILDING) {
            Thread.sleep(Duration.ofMillis(10));
            image = host.provider().image();
        }
        if (image.state() != State.READY) {
            throw new IllegalStateException(image.toString());
        }
        return host;
    }
}
