package dev.clusterbox.storage;

import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Plain SQL over JDBC, in transactions. What a transaction returned is on disk. */
@Singleton
public final class Database {

    /** Work inside one transaction. */
    public interface Work<T extends @Nullable Object> {
        T in(Transaction transaction) throws SQLException;
    }

    /** Reads one row. */
    public interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private final DataSource source;
    private final JsonMapper json;

    Database(DataSource source, JsonMapper json) {
        this.source = source;
        this.json = json;
    }

    /** Commits when the work returns, rolls back when it throws. */
    public <T extends @Nullable Object> T transaction(Work<T> work) {
        try (var connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                var result = work.in(new Transaction(connection, json));
                connection.commit();
                return result;
            } finally {
                // After a commit there is nothing left to roll back.
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("database: " + e.getMessage(), e);
        }
    }

    /** The statements of one transaction. Parameters are strings, numbers or null. */
    public static final class Transaction {

        private final Connection connection;
        private final JsonMapper json;

        private Transaction(Connection connection, JsonMapper json) {
            this.connection = connection;
            this.json = json;
        }

        /** Returns how many rows were changed. */
        public int update(String sql, @Nullable Object... parameters) throws SQLException {
            try (var statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                return statement.executeUpdate();
            }
        }

        public <T> List<T> list(String sql, Row<T> row, @Nullable Object... parameters) throws SQLException {
            try (var statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                try (var rows = statement.executeQuery()) {
                    var found = new ArrayList<T>();
                    while (rows.next()) {
                        found.add(row.of(rows));
                    }
                    return found;
                }
            }
        }

        public <T> Optional<T> one(String sql, Row<T> row, @Nullable Object... parameters) throws SQLException {
            return list(sql, row, parameters).stream().findFirst();
        }

        public String write(Object document) {
            try {
                return json.writeValueAsString(document);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public <T> T read(String document, Class<T> type) {
            try {
                return json.readValue(document, type);
            } catch (IOException e) {
                throw new UncheckedIOException("a document of an unknown version? " + e.getMessage(), e);
            }
        }
    }
}
