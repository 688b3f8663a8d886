package dev.clusterbox.join;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.RateLimits;
import dev.clusterbox.storage.Secrets;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a token is one. Whoever has none learns nothing: a token that is unknown, wrong, over, revoked or another
 * cluster's is refused in the same words.
 */
@Singleton
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    /** From one address. No guess at 256 bits succeeds; this keeps guessing from being work for the database. */
    private static final int REFUSALS_PER_MINUTE = 20;

    private static final String NOBODY = Secrets.hash("");

    private final NodeTokenStore store;
    private final ClusterStore clusters;
    private final RateLimits limits;
    private final InstantSource clock;

    Admission(NodeTokenStore store, ClusterStore clusters, RateLimits limits, InstantSource clock) {
        this.store = store;
        this.clusters = clusters;
        this.limits = limits;
        this.clock = clock;
    }

    /** A token that is good, and the cluster that it is for. */
    record Admitted(NodeToken token, Cluster cluster) {}

    /**
     * @param from the address that it came from
     * @param served the clusters that are joined where it came in
     */
    Admitted admit(String text, String from, Predicate<Cluster> served) {
        var what = "refused tokens from " + from;
        limits.requireRoom(what, REFUSALS_PER_MINUTE);
        try {
            return admit(text, served);
        } catch (ProblemException e) {
            LOG.warn("a join token from {} was refused", from);
            limits.take(what, REFUSALS_PER_MINUTE);
            throw e;
        }
    }

    private Admitted admit(String text, Predicate<Cluster> served) {
        var token = TokenText.parse(text).orElseThrow(Admission::refused);
        var kept = store.find(token.id());
        var hash = kept.map(NodeTokenStore.Kept::secretHash).orElse(NOBODY);
        // In the same time whatever is equal.
        var right = MessageDigest.isEqual(bytes(hash), bytes(Secrets.hash(token.secret())));
        var found = kept.filter(k -> right)
                .map(NodeTokenStore.Kept::token)
                .filter(k -> k.isGood(clock.instant()))
                .orElseThrow(Admission::refused);
        var cluster = clusters.list().stream()
                .filter(c -> c.uid().equals(found.clusterUid()))
                .filter(served)
                .findFirst()
                .orElseThrow(Admission::refused);
        return new Admitted(found, cluster);
    }

    private static byte[] bytes(String hash) {
        return hash.getBytes(StandardCharsets.US_ASCII);
    }

    static ProblemException refused() {
        return new Problem(
                        Code.UNAUTHENTICATED,
                        "no valid join token in the request",
                        "send the header 'Authorization: Bearer TOKEN'; './clusterbox token create' makes one")
                .asException();
    }
}
