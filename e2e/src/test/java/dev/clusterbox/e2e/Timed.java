package dev.clusterbox.e2e;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** How long things take: measured, and printed into the build's output. */
final class Timed {

    /** Why it is not so yet; nothing when it is. */
    interface Question {
        Optional<String> whyNotYet() throws Exception;
    }

    private final long begun = System.nanoTime();
    private final String what;

    private Timed(String what) {
        this.what = what;
    }

    static Timed begin(String what) {
        return new Timed(what);
    }

    double seconds() {
        return Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
    }

    void say(String text) {
        System.out.printf(Locale.ROOT, "%-44s %6.1f s  %s%n", what, seconds(), text);
    }

    /** Waits, says how long it took from the beginning, and fails with the last reason if it takes too long. */
    void until(String state, Duration patience, Question question) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        var why = question.whyNotYet();
        while (why.isPresent()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "%s: waited %s until %s: %s".formatted(what, patience, state, why.orElseThrow()));
            }
            Thread.sleep(100);
            why = question.whyNotYet();
        }
        say(state);
    }
}
