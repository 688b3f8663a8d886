package dev.clusterbox.clock;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.time.InstantSourceFactory;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The clock of a service in tests: right, until it is put forward. */
@Singleton
@Replaces(value = InstantSource.class, factory = InstantSourceFactory.class)
public final class MovableClock implements InstantSource {

    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead);
    }

    /** From the true time, not from where it was put before. */
    public void putForward(Duration by) {
        ahead = by;
    }
}
