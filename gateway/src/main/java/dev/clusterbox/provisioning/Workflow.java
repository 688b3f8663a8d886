package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs stages in order, and writes down the cluster before and after each step. The first problem ends the run. */
final class Workflow {

    private static final Logger LOG = LoggerFactory.getLogger(Workflow.class);

    private Workflow() {}

    static void run(Journal journal, List<List<Step>> stages) throws InterruptedException {
        for (var stage : stages) {
            var before = journal.cluster();
            try {
                var branches = Parallel.each(stage, step -> run(journal, step, before));
                journal.learnt(SideBySide.merge(before, branches));
            } catch (StepFailed e) {
                e.learnt.ifPresent(journal::learnt);
                if (e.undone) {
                    journal.undone(e.problem);
                } else {
                    journal.failedAt(e.step, e.problem);
                }
                return;
            }
        }
        switch (journal.kind()) {
            case UP, SCALE, REPLACE, START -> journal.reached(stages.getLast().getLast());
            case STOP -> journal.stopped();
            case DOWN -> journal.removed();
            case SMOKE_TEST -> journal.tested();
        }
    }

    private static Cluster run(Journal journal, Step step, Cluster cluster) throws InterruptedException {
        journal.started(step);
        try {
            var learnt = step.run(cluster, message -> journal.progress(step, message));
            journal.done(step);
            return learnt;
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                // What was told to stop says so in many ways; none of them is the step's failure.
                throw new InterruptedException(e.getMessage());
            }
            var problem = problem(step, cluster, e);
            journal.failed(step, problem);
            throw new StepFailed(step, problem, e);
        }
    }

    private static Problem problem(Step step, Cluster cluster, RuntimeException e) {
        var expected = switch (e) {
            case ProblemException known -> known.problem();
            case LearntAndFailed known -> known.problem();
            case Undone known -> known.problem();
            default -> null;
        };
        if (expected != null) {
            LOG.info("{}: '{}' failed: {}", cluster.name(), step.title(), expected);
            return expected;
        }
        var id = UUID.randomUUID().toString().substring(0, 8);
        LOG.error("internal error {}: {}: step '{}' has a bug", id, cluster.name(), step.title(), e);
        return Problem.bug("gateway", id);
    }

    private static Optional<Cluster> learnt(RuntimeException e) {
        return switch (e) {
            case LearntAndFailed failed -> Optional.of(failed.learnt());
            case Undone undone -> Optional.of(undone.as());
            default -> Optional.empty();
        };
    }

    private static final class StepFailed extends RuntimeException {

        private final transient Step step;
        private final transient Problem problem;
        private final transient Optional<Cluster> learnt;
        private final boolean undone;

        StepFailed(Step step, Problem problem, RuntimeException cause) {
            super(problem.message());
            this.step = step;
            this.problem = problem;
            this.learnt = learnt(cause);
            this.undone = cause instanceof Undone;
        }
    }
}
