package dev.clusterbox.slack;

import java.time.Duration;

/** Spreads calls in time, so that Slack's limit is hardly ever met; and when it is, nobody calls before Slack says so. */
final class Pace {

    private final long interval;
    private long next = System.nanoTime();

    Pace(Duration interval) {
        this.interval = interval.toNanos();
    }

    /** Waits until it is the caller's turn. */
    void turn() throws InterruptedException {
        while (true) {
            long wait;
            synchronized (this) {
                wait = next - System.nanoTime();
                if (wait <= 0) {
                    next = System.nanoTime() + interval;
                    return;
                }
            }
            Thread.sleep(Duration.ofNanos(wait));
        }
    }

    /** Nobody's turn comes before this. */
    synchronized void pause(Duration time) {
        next = Math.max(next, System.nanoTime() + time.toNanos());
    }
}
