package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.problem.Problem;

/** A step has failed, and what it has learnt is kept all the same. */
final class LearntAndFailed extends RuntimeException {

    private final transient Cluster learnt;
    private final transient Problem problem;

    LearntAndFailed(Cluster learnt, Problem problem) {
        super(problem.toString());
        this.learnt = learnt;
        this.problem = problem;
    }

    Cluster learnt() {
        return learnt;
    }

    Problem problem() {
        return problem;
    }
}
