package dev.clusterbox.slack;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Remembers for a while what was here before. */
final class Seen {

    /** Only what Slack has signed gets here, so this is far above what can come. */
    private static final int MOST = 20_000;

    private final InstantSource clock;
    private final Map<String, Instant> until = new HashMap<>();

    Seen(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether this is the first time. When there is no more room the answer is no: nothing is forgotten too early. */
    synchronized boolean isNew(String key, Instant forgetAt) {
        var now = clock.instant();
        until.values().removeIf(end -> end.isBefore(now));
        return until.size() < MOST && until.putIfAbsent(key, forgetAt) == null;
    }

    synchronized void forget(String key) {
        until.remove(key);
    }
}
