package dev.clusterbox.pki.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection for one thread that has each text of SQL prepared once, because SQLite's driver would compile it each time.
 * Closing such a statement makes it ready for the next use.
 */
final class KeptConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptConnection.class);

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int VALID_SECONDS = 5;

    private final Connection real;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final Set<PreparedStatement> inUse = new HashSet<>();
    private long lastAsked = System.nanoTime();

    KeptConnection(Connection real) {
        this.real = real;
        this.connection = (Connection) Proxy.newProxyInstance(
                KeptConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this::ofConnection);
    }

    Connection connection() {
        return connection;
    }

    /** Asks the database only after a pause: who was used just now is there. */
    boolean isAlive() throws SQLException {
        long now = System.nanoTime();
        boolean alive = now - lastAsked < PAUSE.toNanos() || real.isValid(VALID_SECONDS);
        lastAsked = now;
        return alive;
    }

    private @Nullable Object ofConnection(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        return method.getName().equals("prepareStatement") && arguments != null && arguments.length == 1
                ? prepared((String) arguments[0])
                : call(real, method, arguments);
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        var there = statements.get(sql);
        if (there != null && inUse.contains(there)) {
            return real.prepareStatement(sql);
        }
        var statement = there == null ? real.prepareStatement(sql) : there;
        statements.put(sql, statement);
        inUse.add(statement);
        return (PreparedStatement) Proxy.newProxyInstance(
                KeptConnection.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        if (inUse.remove(statement)) {
                            statement.clearParameters();
                        }
                        return null;
                    }
                    return call(statement, method, arguments);
                });
    }

    private static @Nullable Object call(Object real, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** Gives the connection back. What is wrong with it was told before. */
    @Override
    public void close() {
        try (real) {
            for (var statement : statements.values()) {
                statement.close();
            }
        } catch (SQLException e) {
            LOG.debug("a connection could not be given back in order: {}", e.getMessage());
        }
    }
}
