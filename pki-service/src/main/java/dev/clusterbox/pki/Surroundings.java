package dev.clusterbox.pki;

import dev.clusterbox.rest.Access;
import dev.clusterbox.rest.TokenFile;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.security.SecureRandom;

/** What the certificate authority takes from outside: who may ask, and chance. (Time comes with Micronaut.) */
@Factory
final class Surroundings {

    /** Read at start, so that a service that would refuse everybody does not start. */
    @Context
    Access access(@Value("${clusterbox.token-file}") String file) {
        return new TokenFile("gateway", Path.of(file));
    }

    /** Before the generator of random numbers and the first key, which then come from there too. */
    @Singleton
    SecureRandom random() {
        NativeCryptography.install();
        return new SecureRandom();
    }
}
