package dev.clusterbox.provisioning;

import dev.clusterbox.agent.AgentListeners;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.cluster.Provisioner;
import dev.clusterbox.operation.EventLog;
import dev.clusterbox.operation.Operation;
import dev.clusterbox.operation.Operation.Kind;
import dev.clusterbox.operation.OperationStore;
import dev.clusterbox.operation.StepProgress;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.release.Releases;
import dev.clusterbox.storage.Database;
import io.micronaut.context.event.ShutdownEvent;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs operations, each on a thread of its own; those that a stopped gateway left are gone on with at the next start. */
@Singleton
final class Operations implements Provisioner {

    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

    /** A step that is interrupted ends at once; more only if the database is busy. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    /** This computer's, and for each other computer with VirtualBox that vm-service is told of, one with its name. */
    private static final Pattern PROVIDERS = Pattern.compile("nspawn|virtualbox(-[a-z0-9][a-z0-9-]{0,40})?");

    private final Database database;
    private final ClusterStore clusters;
    private final OperationStore operations;
    private final EventLog events;
    private final Releases releases;
    private final ClusterUp up;
    private final ClusterDown down;
    private final ClusterLeave leave;
    private final ClusterStop stop;
    private final AgentListeners listeners;
    private final InstantSource clock;
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    Operations(
            Database database,
            ClusterStore clusters,
            OperationStore operations,
            EventLog events,
            Releases releases,
            ClusterUp up,
            ClusterDown down,
            ClusterLeave leave,
            ClusterStop stop,
            AgentListeners listeners,
            InstantSource clock) {
        this.database = database;
        this.clusters = clusters;
        this.operations = operations;
        this.events = events;
        this.releases = releases;
        this.up = up;
        this.down = down;
        this.leave = leave;
        this.stop = stop;
        this.listeners = listeners;
        this.clock = clock;
    }

    @Override
    public void check(ClusterSpec spec, Optional<String> through) {
        if (!PROVIDERS.matcher(spec.provider()).matches()) {
            throw Problem.invalid("provider: '%s' (expected: nspawn, virtualbox)".formatted(spec.provider()), "")
                    .asException();
        }
        var release = releases.get(spec.kubernetes());
        var known = String.join(", ", release.through());
        through.filter(step -> !release.through().contains(step)).ifPresent(step -> {
            throw Problem.invalid(
                            "through: '%s' (expected: %s)"
                                    .formatted(step.length() > 40 ? step.substring(0, 40) + "…" : step, known),
                            "for example '--through etcd'; leave it out for the whole cluster")
                    .asException();
        });
    }

    @Override
    public List<StepProgress> steps(Kind kind, Optional<String> through, Cluster cluster) {
        return stages(kind, through, !cluster.leaving().isEmpty()).stream()
                .flatMap(List::stream)
                .map(step -> StepProgress.pending(step.id(), step.title()))
                .toList();
    }

    /** The same for an operation that is on disk, whatever has become of the cluster since. */
    private List<List<Step>> stages(Operation operation) {
        return stages(operation.kind(), operation.through(), operation.has(leave.first()));
    }

    /** @param leaving whether there are machines that leave first */
    private List<List<Step>> stages(Kind kind, Optional<String> through, boolean leaving) {
        return switch (kind) {
            case UP -> after(leaving, through(up.stages(), through));
            case SCALE, REPLACE, START -> after(leaving, through(up.untested(), through));
            case DOWN -> down.stages();
            case STOP -> stop.stages();
            case SMOKE_TEST -> List.of(List.of(up.smokeTest().again()));
        };
    }

    private List<List<Step>> after(boolean leaving, List<List<Step>> stages) {
        return leaving ? Stream.concat(leave.stages().stream(), stages.stream()).toList() : stages;
    }

    private static List<List<Step>> through(List<List<Step>> stages, Optional<String> last) {
        var wanted = new ArrayList<List<Step>>();
        for (var stage : stages) {
            var steps = new ArrayList<Step>();
            wanted.add(steps);
            for (var step : stage) {
                steps.add(step);
                if (last.filter(step.id()::equals).isPresent()) {
                    return wanted;
                }
            }
        }
        return wanted;
    }

    @Override
    public Cluster plan(Cluster cluster) throws InterruptedException {
        return up.checkHost().run(cluster, message -> {});
    }

    @Override
    public void start(Operation operation) {
        var thread = Thread.ofVirtual().name("operation-" + operation.cluster()).unstarted(() -> {
            try {
                run(operation);
            } finally {
                running.remove(Thread.currentThread());
            }
        });
        running.add(thread);
        thread.start();
    }

    /** Before agents, services and database are gone: a step that missed one of them would take it for a failure. */
    @EventListener
    void leave(ShutdownEvent event) throws InterruptedException {
        running.forEach(Thread::interrupt);
        for (var thread : running) {
            thread.join(FAREWELL);
        }
    }

    private void run(Operation operation) {
        try {
            var cluster = clusters.find(operation.cluster())
                    .orElseThrow(() -> new IllegalStateException("no cluster " + operation.cluster()));
            LOG.info("{} of {} begins, operation {}", operation.kind(), cluster.name(), operation.id());
            var journal = new Journal(database, clusters, operations, events, clock, operation, cluster);
            Workflow.run(journal, stages(operation));
            LOG.info("{} of {} ends", operation.kind(), cluster.name());
        } catch (InterruptedException e) {
            LOG.info("operation {} is left for the next start", operation.id());
        } catch (RuntimeException e) {
            LOG.error("operation {} stopped by a bug; the next start of the gateway tries again", operation.id(), e);
        }
    }

    /** There is no separate resume: what is already true costs next to nothing. */
    @EventListener
    void goOn(ServerStartupEvent event) {
        for (var operation : operations.running()) {
            LOG.info("going on with {} of {}", operation.kind(), operation.cluster());
            start(operation);
        }
        for (var cluster : clusters.list()) {
            cluster.network().ifPresent(network -> Thread.ofVirtual().start(() -> reopen(cluster)));
        }
    }

    private void reopen(Cluster cluster) {
        try {
            listeners.open(cluster.agentsAddress());
        } catch (ProblemException e) {
            // After a reboot of the host there is no such address until 'up' has made the network again.
            LOG.info("{}: {}", cluster.name(), e.problem().message());
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted", cluster.name());
        }
    }
}
