package dev.clusterbox.pki.store;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Runs work in a transaction. When {@link #write} returns, what was written survives the end of the process and of the
 * machine's power.
 */
@Singleton
public final class Database implements AutoCloseable {

    private final DataSource source;
    private final GroupCommit writes;

    Database(DataSource source) {
        this.source = source;
        this.writes = new GroupCommit(source);
    }

    /**
     * All of it or, if it throws, nothing. One after the other, in no thread of the caller's, and alone: nobody else writes to this
     * database meanwhile, another process included.
     */
    public <T> T write(Work<T> work) {
        return writes.write(work);
    }

    public <T> T read(Work<T> work) {
        try (var connection = source.getConnection()) {
            return work.in(connection);
        } catch (SQLException e) {
            throw DatabaseTrouble.problem(e);
        }
    }

    @Override
    @PreDestroy
    public void close() {
        writes.close();
    }

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Connection connection) throws SQLException;
    }
}
