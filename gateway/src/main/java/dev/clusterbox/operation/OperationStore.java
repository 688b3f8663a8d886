package dev.clusterbox.operation;

import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keeps operations, ended ones too. */
@Singleton
public final class OperationStore {

    private final Database database;

    OperationStore(Database database) {
        this.database = database;
    }

    public void add(Transaction t, Operation operation) throws SQLException {
        t.update(
                "INSERT INTO operations (id, cluster, state, document, started_at) VALUES (?, ?, ?, ?, ?)",
                operation.id(),
                operation.cluster(),
                operation.state().name(),
                t.write(operation),
                operation.startedAt().toString());
    }

    public void save(Transaction t, Operation operation) throws SQLException {
        t.update(
                "UPDATE operations SET state = ?, document = ? WHERE id = ?",
                operation.state().name(),
                t.write(operation),
                operation.id());
    }

    public Optional<Operation> find(String id) {
        return database.transaction(t -> t.one(
                "SELECT document FROM operations WHERE id = ?", row -> t.read(row.getString(1), Operation.class), id));
    }

    /** The newest operation of a cluster. */
    public Optional<Operation> newest(String cluster) {
        return database.transaction(t -> t.one(
                "SELECT document FROM operations WHERE cluster = ? ORDER BY started_at DESC LIMIT 1",
                row -> t.read(row.getString(1), Operation.class),
                cluster));
    }

    /** What was under way when the gateway stopped, the oldest first. */
    public List<Operation> running() {
        return database.transaction(t -> t.list(
                "SELECT document FROM operations WHERE state = 'RUNNING' ORDER BY started_at",
                row -> t.read(row.getString(1), Operation.class)));
    }

    /** Writes down that no further step of it may begin; returns false where it has ended or that was written before. */
    public boolean cancel(Transaction t, String id, String by, Instant at) throws SQLException {
        if (t.one(
                        "SELECT id FROM operations WHERE id = ? AND state = 'RUNNING'"
                                + " AND id NOT IN (SELECT operation FROM cancellations)",
                        row -> row.getString(1),
                        id)
                .isEmpty()) {
            return false;
        }
        t.update("INSERT INTO cancellations (operation, cancelled_by, at) VALUES (?, ?, ?)", id, by, at.toString());
        return true;
    }

    /** Who has cancelled it; nothing where nobody has. */
    public Optional<String> cancelledBy(String id) {
        return database.transaction(
                t -> t.one("SELECT cancelled_by FROM cancellations WHERE operation = ?", row -> row.getString(1), id));
    }
}
