package dev.clusterbox.pki;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The database that goes with a state folder: SQLite in it, or with {@code -Dclusterbox.test.database=postgresql} one of its own in a real
 * PostgreSQL that ends with the tests.
 */
final class TestDatabase {

    private static final Set<String> MADE = ConcurrentHashMap.newKeySet();

    private TestDatabase() {}

    static Map<String, Object> of(Path state) {
        if (!System.getProperty("clusterbox.test.database", "sqlite").equals("postgresql")) {
            return Map.of();
        }
        var name = "pki_" + HexFormat.of().toHexDigits(state.toAbsolutePath().hashCode());
        if (MADE.add(name)) {
            make(name);
        }
        return Map.of(
                "clusterbox.database.url",
                Server.POSTGRES.getJdbcUrl("postgres", name),
                "clusterbox.database.username",
                "postgres");
    }

    private static void make(String name) {
        try (var connection = Server.POSTGRES.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.executeUpdate("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Started when first used. */
    private static final class Server {

        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder().setRegisterShutdownHook(true).start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
