package dev.clusterbox.machine;

import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.SshPublicKey;
import dev.clusterbox.seed.Seed;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A seed as it comes: nothing in it is checked yet. */
@Serdeable
record SeedRequest(
        @Nullable String machine,
        @Nullable String token,
        @Nullable String gateway,
        @Nullable String authority,
        @Nullable String hostName,
        @Nullable String address,
        @Nullable String sshPublicKey) {

    Seed toSeed() {
        return new Seed(
                id(Needed.field("machine", machine)),
                Needed.field("token", token),
                Needed.field("gateway", gateway),
                Needed.field("authority", authority),
                Needed.field("hostName", hostName),
                Ipv4.parse(Needed.field("address", address)),
                Optional.ofNullable(sshPublicKey).map(SshPublicKey::parse));
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.invalid("machine: '%s' (expected: the machine's id, a UUID)".formatted(text), ""), e);
        }
    }

    @Override
    public String toString() {
        return "SeedRequest[machine=%s]".formatted(machine);
    }
}
