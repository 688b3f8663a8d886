package dev.clusterbox.pki.store;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * Runs work in a transaction. When {@link #write} returns, what was written survives the end of the process and of the
 * machine's power.
 */
@Singleton
public final class Database {

    /** SQLite's result codes (sqlite.org/rescode.html): busy, full, and a failing disk. They may pass. */
    private static final int BUSY = 5;

    private static final int IO_ERROR = 10;
    private static final int FULL = 13;

    private final DataSource source;
    /** SQLite has one writer at a time and lets the others poll; a lock wakes them in time. Not a rule: the database has those. */
    private final ReentrantLock writer = new ReentrantLock();

    Database(DataSource source) {
        this.source = source;
    }

    /** All of it or, if it throws, nothing. */
    public <T> T write(Work<T> work) {
        writer.lock();
        try (var connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.in(connection);
                connection.commit();
                return result;
            } catch (RuntimeException | Error | SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw problem(e);
        } finally {
            writer.unlock();
        }
    }

    public <T> T read(Work<T> work) {
        try (var connection = source.getConnection()) {
            return work.in(connection);
        } catch (SQLException e) {
            throw problem(e);
        }
    }

    private static RuntimeException problem(SQLException e) {
        return switch (e.getErrorCode() & 0xff) {
            case BUSY, IO_ERROR, FULL ->
                new ProblemException(
                        Problem.unavailable(
                                "the database cannot be used: " + e.getMessage(),
                                "look at the disk of the state folder"),
                        e);
            default -> new IllegalStateException("database: " + e.getMessage(), e);
        };
    }

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Connection connection) throws SQLException;
    }
}
