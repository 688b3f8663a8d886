package dev.clusterbox.pki.store;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.sql.SQLException;

/** Tells what may pass from what is a bug. */
final class DatabaseTrouble {

    /** SQLite's result codes (sqlite.org/rescode.html): busy, full, and a failing disk. */
    private static final int BUSY = 5;

    private static final int IO_ERROR = 10;
    private static final int FULL = 13;

    /** PostgreSQL: a text that no text in the database can be equal to. */
    private static final String NO_SUCH_TEXT = "22021";

    private DatabaseTrouble() {}

    static RuntimeException problem(SQLException e) {
        if (NO_SUCH_TEXT.equals(e.getSQLState())) {
            return new ProblemException(Problem.invalid("a text has the character 0 in it", ""), e);
        }
        return mayPass(e)
                ? new ProblemException(
                        Problem.unavailable(
                                "the database cannot be used: " + e.getMessage(),
                                "look at the disk of the state folder, or at PostgreSQL where that is used"),
                        e)
                : new IllegalStateException("database: " + e.getMessage(), e);
    }

    /** PostgreSQL's classes of errors (its documentation, appendix A): connection, rollback, resources, an operator's intervention. */
    private static boolean mayPass(SQLException e) {
        var state = e.getSQLState();
        if (state != null && state.length() == 5) {
            return switch (state.substring(0, 2)) {
                case "08", "40", "53", "57", "58" -> true;
                default -> false;
            };
        }
        return switch (e.getErrorCode() & 0xff) {
            case BUSY, IO_ERROR, FULL -> true;
            default -> e instanceof java.sql.SQLTransientException;
        };
    }
}
