package dev.clusterbox.cluster;

import dev.clusterbox.operation.Operation;
import dev.clusterbox.operation.StepProgress;
import java.util.List;
import java.util.Optional;

/** Does what was asked of a cluster. */
public interface Provisioner {

    /**
     * Looks whether this can be done at all, without asking anybody.
     *
     * @throws dev.clusterbox.problem.ProblemException if not
     */
    void check(ClusterSpec spec, Optional<String> through);

    /** The steps that an operation on this cluster will go through, none of them begun. */
    List<StepProgress> steps(Operation.Kind kind, Optional<String> through, Cluster cluster);

    /** The cluster with its network and addresses as they would be chosen now. Nothing is made. */
    Cluster plan(Cluster cluster) throws InterruptedException;

    /** Begins or goes on with an operation that is on disk; returns at once. */
    void start(Operation operation);
}
