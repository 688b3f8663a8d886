package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.problem.Problem;

/** What was asked cannot be, and the cluster is as it was before. */
final class Undone extends RuntimeException {

    private final transient Cluster as;
    private final transient Problem problem;

    Undone(Cluster as, Problem problem) {
        super(problem.toString());
        this.as = as;
        this.problem = problem;
    }

    Cluster as() {
        return as;
    }

    Problem problem() {
        return problem;
    }
}
