package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;

/**
 * One thing that must be true before the next thing can be. Running a step twice is the same as running it once: a cluster
 * that failed half-way is repaired by running the whole list again.
 */
interface Step {

    /** How the step is called in {@code --through} and in events: "machines". */
    String id();

    /** Shown to the user while the step runs: "Create machines". */
    String title();

    /** Returns the cluster with what this step has learnt. */
    Cluster run(Cluster cluster, Progress progress) throws InterruptedException;

    /** Tells the people who watch. */
    interface Progress {

        /** @param message what is being waited for, or what was found: "5 of 7 agents" */
        void say(String message);
    }
}
