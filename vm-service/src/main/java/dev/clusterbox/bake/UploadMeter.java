package dev.clusterbox.bake;

import java.util.function.Consumer;

/** Tells of an upload in whole percents, each once. */
final class UploadMeter {

    private final long all;
    private final Consumer<String> progress;
    private long told = -1;

    UploadMeter(long all, Consumer<String> progress) {
        this.all = all;
        this.progress = progress;
    }

    /** Told by one thread, of bytes in their order. */
    void at(long bytes) {
        long percent = all == 0 ? 100 : bytes * 100 / all;
        if (percent > told) {
            told = percent;
            progress.accept("uploading: %d %% of %d MiB".formatted(percent, all >> 20));
        }
    }
}
