package dev.clusterbox.machine;

import io.micronaut.serde.annotation.Serdeable;

/**
 * What a look at a provider's computer has found.
 *
 * @param about what was looked at, a word or two: "kernel driver"
 * @param message a sentence
 * @param hint what to do or to type; empty where nothing has to be done
 */
@Serdeable
public record Finding(Severity severity, String about, String message, String hint) {

    /** How much it matters. */
    @Serdeable
    public enum Severity {
        /** As it should be. */
        FINE,
        /** Something works less well than it could, or may not work. */
        WARNING,
        /** Machines cannot be made, or not started, until this is put right. */
        PROBLEM
    }

    public static Finding fine(String about, String message) {
        return new Finding(Severity.FINE, about, message, "");
    }

    public static Finding warning(String about, String message, String hint) {
        return new Finding(Severity.WARNING, about, message, hint);
    }

    public static Finding problem(String about, String message, String hint) {
        return new Finding(Severity.PROBLEM, about, message, hint);
    }

    public boolean isProblem() {
        return severity == Severity.PROBLEM;
    }
}
