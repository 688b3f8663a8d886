package dev.clusterbox.agent.identity;

import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/**
 * What the hypervisor planted: who this machine is, whom it may trust, and a token that is good once.
 *
 * @param sharedKernel whether kernel and clock are the host's and not to be set from here
 */
public record Seed(
        String machine,
        GatewayAddress gateway,
        String token,
        X509Certificate authority,
        Instant time,
        boolean sharedKernel) {

    static final String FILE = "var/lib/clusterbox/seed.properties";

    /** Empty where nothing was planted yet; a problem where what was planted is no seed. */
    public static Optional<Seed> read(Path root) {
        var file = root.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw Problem.invalid("the seed %s cannot be read: %s".formatted(file, e.getMessage()), "plant it again")
                    .asException();
        }
        return Optional.of(parse(properties));
    }

    static Seed parse(Properties properties) {
        var kernel = required(properties, "kernel");
        if (!kernel.equals("shared") && !kernel.equals("own")) {
            throw Problem.invalid("seed: kernel=%s (expected: shared or own)".formatted(kernel), "plant it again")
                    .asException();
        }
        var machine = required(properties, "machine");
        if (!machine.matches("[A-Za-z0-9-]{1,64}")) {
            throw Problem.invalid("seed: machine=%s (expected: a machine's id)".formatted(machine), "plant it again")
                    .asException();
        }
        return new Seed(
                machine,
                GatewayAddress.parse(required(properties, "gateway")),
                required(properties, "token"),
                Pem.certificate(required(properties, "authority").replace("\\n", "\n")),
                time(required(properties, "time")),
                kernel.equals("shared"));
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw Problem.invalid("seed: time=%s (expected: RFC 3339)".formatted(text), "plant it again")
                    .asException();
        }
    }

    private static String required(Properties properties, String key) {
        var value = properties.getProperty(key, "");
        if (value.isBlank()) {
            throw Problem.invalid("seed: %s is missing".formatted(key), "plant it again")
                    .asException();
        }
        return value.strip();
    }

    /** Names the token without telling it. */
    public String tokenDigest() {
        return Sha256.of(token).hex();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Seed[machine=%s, gateway=%s]".formatted(machine, gateway);
    }
}
