package dev.clusterbox.join;

import dev.clusterbox.agent.GatewayIdentity;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.cluster.NodeName;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import dev.clusterbox.storage.Secrets;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes, lists and revokes the tokens by which machines join that Clusterbox did not make. */
@Singleton
final class JoinTokens {

    private static final Logger LOG = LoggerFactory.getLogger(JoinTokens.class);

    private static final int USUAL_MINUTES = 60;
    private static final int MOST_MINUTES = (int) Duration.ofDays(1).toMinutes();

    private final Database database;
    private final NodeTokenStore store;
    private final ClusterStore clusters;
    private final JoinListeners listeners;
    private final GatewayIdentity identity;
    private final Secrets secrets;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    JoinTokens(
            Database database,
            NodeTokenStore store,
            ClusterStore clusters,
            JoinListeners listeners,
            GatewayIdentity identity,
            Secrets secrets,
            InstantSource clock) {
        this.database = database;
        this.store = store;
        this.clusters = clusters;
        this.listeners = listeners;
        this.identity = identity;
        this.secrets = secrets;
        this.clock = clock;
    }

    /**
     * What is asked for.
     *
     * @param minutes how long the token is good, 60 if it is not said
     * @param sharedKernel whether the machine is a container, with the kernel of its host
     */
    @Serdeable
    record Request(
            @Nullable String node,
            @Nullable String address,
            @Nullable Integer minutes,
            @Nullable Boolean sharedKernel) {}

    /**
     * A new token. It is shown this once.
     *
     * @param gateway where it is used, HOST:PORT, under the name {@code serverName}
     * @param authority PEM of the authority that has certified that name
     * @param authoritySha256 of that text
     */
    @Serdeable
    record Created(
            NodeToken.View details,
            String token,
            String gateway,
            String serverName,
            String authority,
            String authoritySha256) {}

    Created create(String clusterName, Request request, String by) throws InterruptedException {
        var cluster = clusters.get(clusterName);
        cluster.requireControlPlane();
        var node = new NodeName(needed("node", request.node())).value();
        var address = needed("address", request.address());
        NodeAddress.check(address, cluster);
        var now = clock.instant();
        var token = new NodeToken(
                TokenText.newId(random),
                cluster.uid(),
                node,
                address,
                Boolean.TRUE.equals(request.sharedKernel()),
                by,
                now,
                now.plus(Duration.ofMinutes(minutes(request))),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        var secret = secrets.token();
        database.transaction(t -> {
            refuseDouble(t, token, now);
            store.add(t, token, Secrets.hash(secret));
            return token;
        });
        var gateway = listeners.open(cluster);
        LOG.info(
                "{} lets {} at {} join {} until {}, token {}",
                by,
                node,
                address,
                clusterName,
                token.expiresAt(),
                token.id());
        var authority = identity.authorityPem();
        return new Created(
                token.view(now),
                TokenText.of(token.id(), secret),
                gateway,
                GatewayIdentity.SERVER_NAME,
                authority,
                Secrets.hash(authority));
    }

    /** Two nodes at one address would speak for each other, and so would two addresses of one node that both may join. */
    private void refuseDouble(Transaction t, NodeToken token, Instant now) throws SQLException {
        for (var other : store.list(t, token.clusterUid())) {
            var counts = other.state(now) == NodeToken.State.OPEN || other.state(now) == NodeToken.State.REDEEMED;
            if (counts
                    && other.address().equals(token.address())
                    && !other.node().equals(token.node())) {
                throw Problem.conflict(
                                "address: %s is that of %s, token %s"
                                        .formatted(token.address(), other.node(), other.id()),
                                "take another address, or revoke that token")
                        .asException();
            }
        }
    }

    List<NodeToken.View> list(String clusterName) {
        var now = clock.instant();
        return store.list(clusters.get(clusterName).uid()).stream()
                .map(token -> token.view(now))
                .toList();
    }

    /** What it was used for stays as it is; nothing more is given for it. */
    void revoke(String clusterName, String id, String by) {
        var cluster = clusters.get(clusterName);
        if (!store.revoke(cluster.uid(), id, clock.instant())) {
            throw Problem.notFound("cluster '%s' has no such token to revoke".formatted(cluster.name()))
                    .asException();
        }
        LOG.info("{} has revoked token {} of {}", by, id, clusterName);
        listeners.closeUnneeded();
    }

    private static int minutes(Request request) {
        int minutes = request.minutes() == null ? USUAL_MINUTES : request.minutes();
        if (minutes < 1 || minutes > MOST_MINUTES) {
            throw Problem.invalid("minutes: %d (expected: 1 to %d)".formatted(minutes, MOST_MINUTES), "")
                    .asException();
        }
        return minutes;
    }

    private static String needed(String field, @Nullable String value) {
        if (value == null) {
            throw Problem.invalid(
                            "%s: not given".formatted(field),
                            "for example {\"node\": \"worker-1\", \"address\": \"192.168.56.221\"}")
                    .asException();
        }
        return value;
    }
}
