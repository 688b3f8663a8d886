package dev.clusterbox.operation;

import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** All events, on disk with the change that they tell of; readers wait for the next one. */
@Singleton
public final class EventLog {

    /** Whose events a reader wants: one operation's, or one cluster's. */
    public enum Of {
        OPERATION("operation"),
        CLUSTER("cluster");

        private final String column;

        Of(String column) {
            this.column = column;
        }
    }

    private static final int PAGE = 100;

    private final Database database;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition appended = lock.newCondition();
    private long appends;

    EventLog(Database database) {
        this.database = database;
    }

    /** Writes the event into the transaction of the change. Call {@link #announce} when that is committed. */
    public void append(Transaction t, Event event) throws SQLException {
        var last = t.one("SELECT MAX(id) FROM events", row -> row.getLong(1)).orElse(0L);
        var numbered = event.numbered(last + 1);
        t.update(
                "INSERT INTO events (id, cluster, operation, document) VALUES (?, ?, ?, ?)",
                numbered.id(),
                numbered.cluster(),
                numbered.operation(),
                t.write(numbered));
    }

    /** Wakes the readers. */
    public void announce() {
        lock.lock();
        try {
            appends++;
            appended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next events after this one, at most 100. */
    List<Event> after(Of of, String name, long id) {
        return database.transaction(t -> t.list(
                "SELECT document FROM events WHERE " + of.column + " = ? AND id > ? ORDER BY id LIMIT " + PAGE,
                row -> t.read(row.getString(1), Event.class),
                name,
                id));
    }

    /** A number that changes with every append. Taken before reading, it makes {@link #await} miss nothing. */
    long appends() {
        lock.lock();
        try {
            return appends;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when something was appended after {@code seen}, or the time is over. */
    void await(long seen, Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (appends == seen && left > 0) {
                left = appended.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
