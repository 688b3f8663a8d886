package dev.clusterbox.agent.operation;

import java.io.IOException;

/**
 * What an operation found. A dry run and a run are the same up to here, so that what was announced is what will be done.
 */
public sealed interface Plan {

    /** It is as it should be. */
    record Satisfied(String text) implements Plan {}

    /**
     * @param change in the past tense ("installed /usr/local/bin/etcd"): said when it is done, and with "would have" before
     */
    record Needed(String change, String equivalent, Action action) implements Plan {}

    /** Nothing is changed, but time must pass. */
    record Waiting(String what, Wait until) implements Plan {}

    /** Makes it so. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException, InterruptedException;
    }

    /** Returns when it has come true, with a sentence. */
    @FunctionalInterface
    interface Wait {
        String run() throws InterruptedException;
    }
}
