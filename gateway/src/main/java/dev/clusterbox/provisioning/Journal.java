package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterState;
import dev.clusterbox.cluster.ClusterState.Failed;
import dev.clusterbox.cluster.ClusterState.Provisioning;
import dev.clusterbox.cluster.ClusterState.Reached;
import dev.clusterbox.cluster.ClusterState.Ready;
import dev.clusterbox.cluster.ClusterState.Removing;
import dev.clusterbox.cluster.ClusterState.Stopped;
import dev.clusterbox.cluster.ClusterState.Stopping;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.operation.Event;
import dev.clusterbox.operation.EventLog;
import dev.clusterbox.operation.Operation;
import dev.clusterbox.operation.Operation.Kind;
import dev.clusterbox.operation.OperationStore;
import dev.clusterbox.operation.StepProgress;
import dev.clusterbox.operation.Trouble;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Writes down how an operation goes: cluster, operation and event in one transaction. One for each run. */
final class Journal {

    private final Database database;
    private final ClusterStore clusters;
    private final OperationStore operations;
    private final EventLog events;
    private final InstantSource clock;
    private final Map<String, Instant> stepStarts = new HashMap<>();

    private final ClusterState before;

    private Operation operation;
    private Cluster cluster;

    Journal(
            Database database,
            ClusterStore clusters,
            OperationStore operations,
            EventLog events,
            InstantSource clock,
            Operation operation,
            Cluster cluster) {
        this.database = database;
        this.clusters = clusters;
        this.operations = operations;
        this.events = events;
        this.clock = clock;
        this.operation = operation;
        this.cluster = cluster;
        this.before = cluster.state();
    }

    synchronized Cluster cluster() {
        return cluster;
    }

    Operation.Kind kind() {
        return operation.kind();
    }

    synchronized void started(Step step) {
        stepStarts.put(step.id(), clock.instant());
        cluster = cluster.with(state(step));
        write(step, StepProgress.State.RUNNING, "", Event.STEP_STARTED, Optional.empty());
    }

    private ClusterState state(Step step) {
        int total = operation.steps().size();
        return switch (operation.kind()) {
            case UP, SCALE, REPLACE, START -> new Provisioning(step.title(), operation.done(), total);
            case STOP -> new Stopping(step.title(), operation.done(), total);
            case DOWN -> new Removing(step.title(), operation.done(), total);
            case SMOKE_TEST -> cluster.state();
        };
    }

    synchronized void progress(Step step, String message) {
        if (!operation.step(step.id()).message().equals(message)) {
            write(step, StepProgress.State.RUNNING, message, Event.STEP_PROGRESS, Optional.empty());
        }
    }

    synchronized void done(Step step) {
        write(step, StepProgress.State.DONE, operation.step(step.id()).message(), Event.STEP_DONE, Optional.empty());
    }

    /** Keeps what a stage has learnt. */
    synchronized void learnt(Cluster learnt) {
        cluster = learnt.with(cluster.state());
        database.transaction(t -> {
            clusters.save(t, cluster);
            return cluster;
        });
    }

    synchronized void failed(Step step, Problem problem) {
        write(step, StepProgress.State.FAILED, problem.message(), Event.STEP_FAILED, Optional.of(Trouble.of(problem)));
    }

    private void write(Step step, StepProgress.State state, String message, String event, Optional<Trouble> trouble) {
        var now = clock.instant();
        var seconds = Event.seconds(stepStarts.getOrDefault(step.id(), now), now);
        operation = operation.with(new StepProgress(step.id(), step.title(), state, seconds, message));
        commit(Event.of(operation, event, step.id(), now, trouble), this::saveCluster);
    }

    /** The end of an {@code up} that went as far as was asked. */
    synchronized void reached(Step last) {
        var now = clock.instant();
        operation = operation.succeeded(now);
        var message = "%s is up through %s".formatted(cluster.name(), last.id());
        if (operation.through().isPresent()) {
            cluster = cluster.with(new Reached(last.id()));
        } else {
            cluster = cluster.with(new Ready(cluster.apiServer().orElse("")));
            message = cluster.name() + " is ready";
        }
        commit(Event.of(operation, Event.OPERATION_SUCCEEDED, now, message), this::saveCluster);
    }

    /** The end of a {@code stop}. */
    synchronized void stopped() {
        var now = clock.instant();
        operation = operation.succeeded(now);
        cluster = cluster.with(new Stopped());
        commit(Event.of(operation, Event.OPERATION_SUCCEEDED, now, cluster.name() + " is stopped"), this::saveCluster);
    }

    /** The end of a smoke test that went well. */
    synchronized void tested() {
        var now = clock.instant();
        operation = operation.succeeded(now);
        commit(
                Event.of(operation, Event.OPERATION_SUCCEEDED, now, cluster.name() + " has passed its smoke test"),
                this::saveCluster);
    }

    /** The end of a {@code down}: the cluster is forgotten. */
    synchronized void removed() {
        var now = clock.instant();
        operation = operation.succeeded(now);
        commit(
                Event.of(operation, Event.OPERATION_SUCCEEDED, now, cluster.name() + " is gone"),
                t -> clusters.remove(t, cluster));
    }

    synchronized void failedAt(Step step, Problem problem) {
        var now = clock.instant();
        var trouble = Trouble.of(problem);
        if (operation.kind() != Kind.SMOKE_TEST) {
            cluster = cluster.with(new Failed(step.title(), trouble));
        }
        operation = operation.failed(now, trouble);
        commit(Event.of(operation, Event.OPERATION_FAILED, now, problem.toString()), this::saveCluster);
    }

    /** The end of what could not be done; the cluster is in the state in which it was. */
    synchronized void undone(Problem problem) {
        var now = clock.instant();
        var trouble = Trouble.of(problem);
        cluster = cluster.with(before instanceof Provisioning begun ? new Failed(begun.step(), trouble) : before);
        operation = operation.failed(now, trouble);
        commit(Event.of(operation, Event.OPERATION_FAILED, now, problem.toString()), this::saveCluster);
    }

    private void saveCluster(Transaction t) throws SQLException {
        clusters.save(t, cluster);
    }

    private interface ClusterChange {
        void in(Transaction t) throws SQLException;
    }

    private void commit(Event event, ClusterChange change) {
        database.transaction(t -> {
            change.in(t);
            operations.save(t, operation);
            events.append(t, event);
            return event;
        });
        events.announce();
    }
}
