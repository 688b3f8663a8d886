package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.systemd.Systemctl;
import dev.clusterbox.agent.systemd.UnitState;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks now and then at the unit that a wait is for. A unit that is started again after a crash is given some tries: a
 * component may well end once or twice because another one is not there yet.
 */
final class UnitWatch {

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int TRIES = 5;

    private final Systemctl systemctl;
    private final String unit;

    private long next = System.nanoTime();
    private int restartsAtFirst = Integer.MAX_VALUE;
    private String state = "";

    UnitWatch(Systemctl systemctl, String unit) {
        this.systemctl = systemctl;
        this.unit = unit;
    }

    /** Why there is nothing left to wait for; empty while there is. */
    Optional<String> end() throws InterruptedException {
        if (System.nanoTime() - next < 0) {
            return Optional.empty();
        }
        var now = systemctl.show(unit);
        next = System.nanoTime() + PAUSE.toNanos();
        state = now.toString();
        // A start by hand sets the count back.
        restartsAtFirst = Math.min(restartsAtFirst, now.restarts());
        int restarts = now.restarts() - restartsAtFirst;
        if (now.isFailed()) {
            return Optional.of(because("failed", now));
        }
        return restarts >= TRIES && !now.isActive()
                ? Optional.of(because("was started again %d times".formatted(restarts), now))
                : Optional.empty();
    }

    private String because(String what, UnitState now) throws InterruptedException {
        var words = systemctl.lastWords(unit);
        var reason = now.reason().isEmpty() ? "" : " (%s)".formatted(now.reason());
        return "%s %s%s%s".formatted(unit, what, reason, words.isEmpty() ? "" : ": " + words);
    }

    String hint() {
        return "on the machine: journalctl -u " + unit;
    }

    /** As it was when last looked at. */
    @Override
    public String toString() {
        return "%s is %s".formatted(unit, state.isEmpty() ? "not looked at" : state);
    }
}
