package dev.clusterbox.base;

import java.util.function.Consumer;

/** Says how far something is, each time another twentieth of it is done. */
final class Progress {

    private static final int STEPS = 20;

    private final String doing;
    private final Consumer<String> say;
    private long total;
    private long said = -1;

    Progress(String doing, Consumer<String> say) {
        this.doing = doing;
        this.say = say;
    }

    /** How much it is, in bytes. */
    void of(long bytes) {
        total = bytes;
    }

    void at(long bytes) {
        long step = total <= 0 ? bytes / (50L << 20) : bytes * STEPS / total;
        if (step == said) {
            return;
        }
        said = step;
        say.accept(
                total <= 0
                        ? "%s: %d MB".formatted(doing, bytes / 1_000_000)
                        : "%s: %d of %d MB".formatted(doing, bytes / 1_000_000, total / 1_000_000));
    }
}
