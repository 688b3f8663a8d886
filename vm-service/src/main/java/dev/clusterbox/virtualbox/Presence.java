package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.Availability;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether a VirtualBox is there that can be driven. Once it was seen it is not looked for again for a while: each call asks this first. */
final class Presence {

    private static final Duration TRUSTED = Duration.ofMinutes(1);

    private final String provider;
    private final Doctor doctor;

    private @Nullable Availability seen;
    private long seenAt;

    Presence(String provider, Doctor doctor) {
        this.provider = provider;
        this.doctor = doctor;
    }

    synchronized Availability availability() throws InterruptedException {
        var last = seen;
        if (last != null && System.nanoTime() - seenAt < TRUSTED.toNanos()) {
            return last;
        }
        var now = doctor.availability(provider);
        seen = now.available() ? now : null;
        seenAt = System.nanoTime();
        return now;
    }
}
