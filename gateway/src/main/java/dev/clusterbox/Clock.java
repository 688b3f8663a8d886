package dev.clusterbox;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Time, so that tests can have their own. */
@Factory
final class Clock {

    @Singleton
    InstantSource time() {
        return InstantSource.system();
    }
}
