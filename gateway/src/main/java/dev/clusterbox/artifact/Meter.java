package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Download;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sums up for the people who wait, once a second: "412 of 560 MB, 9 of 14 artifacts". */
final class Meter implements Watch {

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MB = 1_000_000;

    private final int artifacts;
    private final Consumer<String> say;
    private final Map<Download, Long> expected = new HashMap<>();
    private final Map<Download, Long> held = new HashMap<>();
    private final Set<String> had = new HashSet<>();
    private long said = System.nanoTime() - PAUSE_NANOS;

    Meter(int artifacts, Consumer<String> say) {
        this.artifacts = artifacts;
        this.say = say;
    }

    @Override
    public synchronized void expects(Download download, long bytes) {
        expected.merge(download, bytes, Math::max);
    }

    @Override
    public synchronized void holds(Download download, long bytes) {
        held.put(download, bytes);
        sayNowAndThen();
    }

    @Override
    public synchronized void has(String artifact, String from) {
        had.add(artifact);
        sayNowAndThen();
    }

    private void sayNowAndThen() {
        long now = System.nanoTime();
        if (now - said < PAUSE_NANOS) {
            return;
        }
        said = now;
        var artifactsText = "%d of %d artifacts".formatted(had.size(), artifacts);
        long bytes = held.values().stream().mapToLong(Long::longValue).sum();
        long all = expected.values().stream().mapToLong(Long::longValue).sum();
        say.accept(
                bytes == 0
                        ? artifactsText
                        : "%d of %d MB, %s".formatted(bytes / MB, Math.max(all, bytes) / MB, artifactsText));
    }
}
