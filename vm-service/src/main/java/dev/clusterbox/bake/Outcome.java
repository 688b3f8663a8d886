package dev.clusterbox.bake;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;

/**
 * How a program in the guest ended.
 *
 * @param stage what it was for, as part of a sentence: "uploading"
 * @param ended false if it was not heard of again
 */
record Outcome(String stage, boolean ended, int exitCode, String stdout, String stderr) {

    /** The last that it said is what matters. */
    private static final int MOST_WORDS = 500;

    boolean succeeded() {
        return ended && exitCode == 0;
    }

    String orFail() {
        if (succeeded()) {
            return stdout;
        }
        throw problem().asException();
    }

    Problem problem() {
        if (!ended) {
            return Problem.unavailable(
                    "%s: the connection to the guest was lost".formatted(stage),
                    "look whether the guest still runs; then ask for the image again: it is begun anew");
        }
        if (isDiskFull()) {
            return Problem.failed(
                    "%s: the guest's disk is full: %s".formatted(stage, lastWords()),
                    "use a base image with a larger disk, or give it one before it is baked");
        }
        if (stderr.startsWith("sudo: ") && stderr.contains("password")) {
            return new Problem(
                    Code.FORBIDDEN,
                    "%s: the guest's user has no sudo without a password".formatted(stage),
                    "let it have that in the base image, or use one with cloud-init");
        }
        if (stderr.contains("sudo: not found") || stderr.contains("sudo: command not found")) {
            return new Problem(
                    Code.FORBIDDEN,
                    "%s: the guest has no sudo".formatted(stage),
                    "install it in the base image, or let root log in there with a key");
        }
        return Problem.failed(
                "%s: it failed in the guest (exit code %d): %s".formatted(stage, exitCode, lastWords()),
                "look at the guest's screen; a bake can be tried again");
    }

    /** tar says the second where a file's last piece does not fit. */
    boolean isDiskFull() {
        return stderr.contains("No space left on device") || stderr.contains(": Wrote only ");
    }

    String lastWords() {
        var words = stderr.strip();
        return words.substring(Math.max(0, words.length() - MOST_WORDS));
    }
}
