package dev.clusterbox.pki;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.security.SecureRandom;

/** What the certificate authority takes from outside: chance. (Time comes with Micronaut.) */
@Factory
final class Surroundings {

    /** Before the generator of random numbers and the first key, which then come from there too. */
    @Singleton
    SecureRandom random() {
        NativeCryptography.install();
        return new SecureRandom();
    }
}
