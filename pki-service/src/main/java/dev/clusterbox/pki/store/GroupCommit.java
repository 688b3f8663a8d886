package dev.clusterbox.pki.store;

import dev.clusterbox.pki.store.Database.Work;
import dev.clusterbox.problem.Problem;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One thread writes, and commits together what came while it committed before: most of the time of a commit is the disk's, and it is
 * the same for one write and for fifty. Nobody waits for company: a write that comes alone is committed alone.
 */
final class GroupCommit implements AutoCloseable {

    /** So that the first of a group does not wait long for the last. */
    private static final int MOST_TOGETHER = 64;

    /** The advisory lock of PostgreSQL that whoever writes has. */
    private static final long WRITERS = 0x706b69;

    private static final String SAVEPOINT = "SAVEPOINT one_of_a_group";
    private static final String FORGET_SAVEPOINT = "RELEASE SAVEPOINT one_of_a_group";
    private static final String GO_BACK = "ROLLBACK TO SAVEPOINT one_of_a_group";

    private final DataSource source;
    private @Nullable KeptConnection kept;
    private final BlockingQueue<Write<?>> waiting = new LinkedBlockingQueue<>();
    private final Thread writer = new Thread(this::run, "database-writer");
    private volatile boolean closed;

    GroupCommit(DataSource source) {
        this.source = source;
        writer.setDaemon(true);
        writer.start();
    }

    <T> T write(Work<T> work) {
        var write = new Write<>(work);
        waiting.add(write);
        if (closed) {
            refuseWaiting();
        }
        return write.result();
    }

    /** What waits is still written. */
    @Override
    public void close() {
        closed = true;
        waiting.add(new Write<>(connection -> true));
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        refuseWaiting();
    }

    private void refuseWaiting() {
        for (var late = waiting.poll(); late != null; late = waiting.poll()) {
            late.fail(Problem.unavailable("the service is ending", "ask again").asException());
        }
    }

    private void run() {
        try {
            while (!closed || !waiting.isEmpty()) {
                var group = new ArrayList<Write<?>>();
                group.add(waiting.take());
                waiting.drainTo(group, MOST_TOGETHER - 1);
                commit(group);
            }
        } catch (InterruptedException e) {
            closed = true;
        } finally {
            forgetConnection();
        }
    }

    private void commit(List<Write<?>> group) {
        try {
            var connection = connection();
            connection.setAutoCommit(false);
            try {
                lockOutOthers(connection);
                for (var write : group) {
                    write.runIn(connection);
                }
                connection.commit();
            } catch (SQLException | RuntimeException | Error e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
            group.forEach(Write::finish);
        } catch (SQLException e) {
            forgetConnection();
            group.forEach(write -> write.fail(DatabaseTrouble.problem(e)));
        } catch (RuntimeException | Error e) {
            forgetConnection();
            group.forEach(write -> write.fail(e));
        }
    }

    /** The same for all groups until something goes wrong with it. */
    private Connection connection() throws SQLException {
        if (kept != null && !kept.isAlive()) {
            forgetConnection();
        }
        if (kept == null) {
            kept = new KeptConnection(source.getConnection());
        }
        return kept.connection();
    }

    private void forgetConnection() {
        if (kept != null) {
            kept.close();
            kept = null;
        }
    }

    /** SQLite is locked when the transaction begins, by its URL. */
    private static void lockOutOthers(Connection connection) throws SQLException {
        if (connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
            try (var lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(?)")) {
                lock.setLong(1, WRITERS);
                lock.execute();
            }
        }
    }

    /** Work that waits, and then its result. It fails alone, unless the transaction fails. */
    private static final class Write<T> {

        private final Work<T> work;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable T result;
        private @Nullable Throwable failure;

        Write(Work<T> work) {
            this.work = work;
        }

        void runIn(Connection connection) throws SQLException {
            execute(connection, SAVEPOINT);
            try {
                result = work.in(connection);
                execute(connection, FORGET_SAVEPOINT);
            } catch (SQLException e) {
                failure = DatabaseTrouble.problem(e);
                execute(connection, GO_BACK);
            } catch (RuntimeException | Error e) {
                failure = e;
                execute(connection, GO_BACK);
            }
        }

        private static void execute(Connection connection, String sql) throws SQLException {
            try (var statement = connection.prepareStatement(sql)) {
                statement.execute();
            }
        }

        void finish() {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(result);
            }
        }

        void fail(Throwable reason) {
            answer.completeExceptionally(failure != null ? failure : reason);
        }

        T result() {
            try {
                return answer.join();
            } catch (CompletionException e) {
                switch (e.getCause()) {
                    case RuntimeException cause -> throw cause;
                    case Error cause -> throw cause;
                    case null, default -> throw e;
                }
            }
        }
    }
}
