package dev.clusterbox.agent.operation;

/** How an operation went. What went wrong is a {@code ProblemException} instead. */
public sealed interface Outcome {

    /**
     * @param equivalent what a person would have typed for the same effect; never contains a secret
     */
    record Changed(String text, String equivalent) implements Outcome {}

    record Unchanged(String text) implements Outcome {}
}
