package dev.clusterbox.virtualbox;

import dev.clusterbox.bake.Bake;
import dev.clusterbox.bake.BakeKeys;
import dev.clusterbox.bake.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Bakes over SSH, as whom the machine's CD lets in. */
final class SshBaking implements Baking {

    private final Path agent;
    private final Bake bake;
    private final InstantSource clock;

    private @Nullable String knownState;
    private String knownKey = "";

    /**
     * @param agent the agent's tree
     * @param patience for how long a machine may boot
     */
    SshBaking(Path agent, Optional<Path> artifacts, Duration patience, InstantSource clock) {
        this.agent = agent;
        this.bake = new Bake(new Payload(agent, artifacts), patience);
        this.clock = clock;
    }

    /** The agent's 80 MB are read again only when a file of it has changed: it is asked for twice a second. */
    @Override
    public synchronized String key() {
        var state = state();
        if (!state.equals(knownState)) {
            knownKey = bake.key("");
            knownState = state;
        }
        return knownKey;
    }

    private String state() {
        if (!Files.isDirectory(agent)) {
            return ""; // which is said by whoever reads it
        }
        try (var all = Files.walk(agent)) {
            var state = new StringBuilder("of");
            for (var file : all.sorted().toList()) {
                var attributes = Files.readAttributes(file, "unix:size,ctime,ino", LinkOption.NOFOLLOW_LINKS);
                state.append('\n').append(file).append(new TreeMap<>(attributes));
            }
            return state.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Session begin() {
        var keys = BakeKeys.make();
        return new Session() {

            @Override
            public byte[] seed() {
                return keys.noCloudSeed(clock.instant());
            }

            @Override
            public void run(int port, Consumer<String> say) throws InterruptedException {
                bake.run(keys.access("127.0.0.1", port), say);
            }
        };
    }
}
