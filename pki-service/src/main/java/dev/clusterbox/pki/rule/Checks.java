package dev.clusterbox.pki.rule;

import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.util.Optional;

/**
 * Runs the checks of a request: who issues stops at the first refusal, who validates goes on and wants to see them all. Both
 * run the same checks.
 */
public interface Checks {

    /** Throws what refuses, so there is always a result. */
    Checks UNTIL_REFUSED = new Checks() {
        @Override
        public <T> Optional<T> of(Check<T> check, Rule... rules) {
            return Optional.of(check.result());
        }
    };

    /**
     * Returns nothing if it was refused and somebody wants to go on.
     *
     * @param rules that the check looks at, in its order
     */
    <T> Optional<T> of(Check<T> check, Rule... rules);

    /** A check that throws what {@link Rule#refuses} makes. */
    @FunctionalInterface
    interface Check<T> {

        T run() throws IOException;

        default T result() {
            try {
                return run();
            } catch (ProblemException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                // The many ways in which BouncyCastle says that a value is not of the type that it should be.
                throw Rule.CSR_STRUCTURE.refuses("not a certification request: " + e.getMessage(), "PKCS#10");
            }
        }
    }
}
