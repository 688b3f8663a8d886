package dev.clusterbox.cluster;

import dev.clusterbox.operation.Event;
import dev.clusterbox.operation.EventLog;
import dev.clusterbox.operation.Operation;
import dev.clusterbox.operation.Operation.Kind;
import dev.clusterbox.operation.Operation.State;
import dev.clusterbox.operation.OperationStore;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.SshPublicKey;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import dev.clusterbox.storage.Secrets;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a person may ask of clusters. An answer means that the operation is on disk. One operation per cluster at a time. */
@Singleton
public final class Clusters {

    private final Database database;
    private final ClusterStore clusters;
    private final OperationStore operations;
    private final EventLog events;
    private final Provisioner provisioner;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    Clusters(
            Database database,
            ClusterStore clusters,
            OperationStore operations,
            EventLog events,
            Provisioner provisioner,
            InstantSource clock) {
        this.database = database;
        this.clusters = clusters;
        this.operations = operations;
        this.events = events;
        this.provisioner = provisioner;
        this.clock = clock;
    }

    /**
     * Has a cluster made, or made whole again. While the same is under way, that operation is the answer. A cluster whose
     * check of the host has failed is not there yet: the next request says anew what is meant.
     *
     * @param key of an earlier request whose answer was lost
     */
    synchronized Operation up(ClusterRequest request, String by, Optional<String> key) {
        var hash = Secrets.hash(request.toString());
        var before = key.flatMap(k -> answered(by, k, hash));
        if (before.isPresent()) {
            return before.get();
        }
        var latest = running(request.clusterName().value());
        var there = clusters.find(request.clusterName().value())
                .filter(cluster -> latest.isPresent() || cluster.network().isPresent());
        var spec = request.spec(there);
        var through = Optional.ofNullable(request.through());
        var addons = Optional.ofNullable(request.addons()).orElse(List.of());
        provisioner.check(spec, through);
        there.ifPresent(cluster -> refuseChanges(cluster, spec));
        if (latest.isPresent()) {
            var running = latest.get();
            // What is under way knows nothing of add-ons and addresses that come now.
            if (running.kind() == Kind.UP
                    && running.through().equals(through)
                    && addons.isEmpty()
                    && !request.changesReach()) {
                return remembered(by, key, hash, running);
            }
            throw busy(running);
        }
        var cluster = request.reach(there.orElseGet(() -> Cluster.requested(spec, random, clock.instant())))
                .wantedThrough(through)
                .withAddons(addons)
                .enteredWith(Optional.ofNullable(request.sshPublicKey()).map(SshPublicKey::parse));
        return begin(cluster, there.isEmpty(), Kind.UP, through, by, key, hash);
    }

    private Optional<Operation> running(String name) {
        return operations.newest(name).filter(Operation::running);
    }

    /** What {@link #up} would make. */
    Cluster plan(ClusterRequest request) throws InterruptedException {
        var there = clusters.find(request.clusterName().value())
                .filter(cluster -> cluster.network().isPresent());
        var spec = request.spec(there);
        provisioner.check(spec, Optional.ofNullable(request.through()));
        there.ifPresent(cluster -> refuseChanges(cluster, spec));
        return provisioner.plan(request.reach(there.orElseGet(() -> Cluster.requested(spec, random, clock.instant()))
                .wantedThrough(Optional.ofNullable(request.through()))));
    }

    /** Has a cluster removed. */
    Operation down(String name, String by, Optional<String> key) {
        return ask(Wish.of(Kind.DOWN, name), by, key);
    }

    /** Has a cluster tested. */
    Operation smokeTest(String name, String by, Optional<String> key) {
        return ask(
                Wish.of(Kind.SMOKE_TEST, name).changing(cluster -> {
                    cluster.requireControlPlane();
                    return cluster.requireOn();
                }),
                by,
                key);
    }

    /** Begins what is asked of a cluster that is there. While the same is under way, that operation is the answer. */
    synchronized Operation ask(Wish wish, String by, Optional<String> key) {
        var hash = Secrets.hash(wish.words());
        var before = key.flatMap(k -> answered(by, k, hash));
        if (before.isPresent()) {
            return before.get();
        }
        var cluster = get(wish.cluster());
        var latest = running(wish.cluster());
        if (latest.isPresent()) {
            if (latest.get().kind() == wish.kind() && wish.same().test(cluster)) {
                return remembered(by, key, hash, latest.get());
            }
            throw busy(latest.get());
        }
        var through = wish.bringsUp() ? cluster.through() : Optional.<String>empty();
        return begin(wish.change().apply(cluster), false, wish.kind(), through, by, key, hash);
    }

    Cluster get(String name) {
        return clusters.get(name);
    }

    List<Cluster> list() {
        return clusters.list();
    }

    Optional<Operation> newestOperation(Cluster cluster) {
        return operations.newest(cluster.name());
    }

    private Operation begin(
            Cluster cluster,
            boolean isNew,
            Kind kind,
            Optional<String> through,
            String by,
            Optional<String> key,
            String hash) {
        var now = clock.instant();
        var operation = new Operation(
                UUID.randomUUID().toString(),
                cluster.name(),
                kind,
                through,
                by,
                State.RUNNING,
                now,
                Optional.empty(),
                provisioner.steps(kind, through, cluster),
                Optional.empty());
        database.transaction(t -> {
            if (isNew) {
                clusters.removeUnmade(t, cluster.name());
                clusters.add(t, cluster);
            } else {
                clusters.save(t, cluster);
            }
            operations.add(t, operation);
            events.append(
                    t, Event.of(operation, Event.OPERATION_STARTED, now, kind + " " + cluster.name() + " for " + by));
            if (key.isPresent()) {
                remember(t, by, key.get(), hash, operation);
            }
            return operation;
        });
        events.announce();
        provisioner.start(operation);
        return operation;
    }

    private Optional<Operation> answered(String by, String key, String hash) {
        record Answer(String hash, String operation) {}
        var answer = database.transaction(t -> t.one(
                "SELECT request_hash, operation FROM idempotency_keys WHERE caller = ? AND idempotency_key = ?",
                row -> new Answer(row.getString(1), row.getString(2)),
                by,
                key));
        if (answer.isPresent() && !answer.get().hash.equals(hash)) {
            throw Problem.conflict(
                            "Idempotency-Key '%s' was used for another request".formatted(key),
                            "use a new key for each request")
                    .asException();
        }
        return answer.flatMap(a -> operations.find(a.operation));
    }

    /** A request that finds its operation under way is answered the same when it is sent again after its end. */
    private Operation remembered(String by, Optional<String> key, String hash, Operation operation) {
        if (key.isPresent()) {
            database.transaction(t -> {
                remember(t, by, key.get(), hash, operation);
                return operation;
            });
        }
        return operation;
    }

    private void remember(Transaction t, String by, String key, String hash, Operation operation) throws SQLException {
        t.update(
                "INSERT INTO idempotency_keys (caller, idempotency_key, request_hash, operation, created_at)"
                        + " VALUES (?, ?, ?, ?, ?)",
                by,
                key,
                hash,
                operation.id(),
                operation.startedAt().toString());
    }

    private static void refuseChanges(Cluster cluster, ClusterSpec asked) {
        var is = cluster.spec();
        var differences = new ArrayList<String>();
        compare("provider", is.provider(), asked.provider(), differences);
        compare("controllers", is.controllers(), asked.controllers(), differences);
        compare("nodes", is.nodes(), asked.nodes(), differences);
        compare("loadBalancer", is.loadBalancer(), asked.loadBalancer(), differences);
        compare("controller", is.controller(), asked.controller(), differences);
        compare("node", is.node(), asked.node(), differences);
        if (asked.subnet().isPresent()) {
            compare("subnet", cluster.network().or(is::subnet), asked.subnet(), differences);
        }
        compare("podCidr", is.podCidr(), asked.podCidr(), differences);
        compare("serviceCidr", is.serviceCidr(), asked.serviceCidr(), differences);
        compare("kubernetes", is.kubernetes(), asked.kubernetes(), differences);
        if (!differences.isEmpty()) {
            throw Problem.conflict(
                            "cluster '%s' is there and different: %s"
                                    .formatted(cluster.name(), String.join(", ", differences)),
                            "leave these out, or take it down first: './clusterbox down %1$s'; './clusterbox scale %1$s N' changes the number of nodes"
                                    .formatted(cluster.name()))
                    .asException();
        }
    }

    private static void compare(String field, Object is, Object asked, List<String> differences) {
        if (!is.equals(asked)) {
            differences.add("%s is %s, asked for %s".formatted(field, text(is), text(asked)));
        }
    }

    private static String text(Object value) {
        return value instanceof Optional<?> optional
                ? optional.map(Object::toString).orElse("none")
                : value.toString();
    }

    private static RuntimeException busy(Operation running) {
        return Problem.conflict(
                        "%s of '%s' is under way, for %s since %s"
                                .formatted(running.kind().word(), running.cluster(), running.by(), running.startedAt()),
                        "wait for operation " + running.id())
                .asException();
    }
}
