package dev.clusterbox.pki.tokens;

import dev.clusterbox.pki.access.Globs;
import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.access.Rights.Scope;
import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Access;
import dev.clusterbox.rest.Caller;
import dev.clusterbox.rest.Caller.Role;
import dev.clusterbox.rest.TokenFile;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The gateway's token, which stands in a file and may do everything, and those that were made for scripts, of which only hashes are kept: they are 256
 * random bits, so a plain hash gives nothing away.
 */
@Context
final class Tokens implements Access, Grants {

    /** The name of the token in the file. */
    static final String GATEWAY = "gateway";

    private static final String PREFIX = "cbx_pki_";
    private static final String COLUMNS =
            "name, role, authorities, profiles, names, requests_per_minute, expires_at, created_by, created_at";

    private final TokenFile gateway;
    private final Database database;
    private final AuditLog audit;
    private final SecureRandom random;
    private final InstantSource clock;

    /** The file is read now, so that a service that would refuse everybody does not start. */
    Tokens(
            @Value("${clusterbox.token-file}") String file,
            Database database,
            AuditLog audit,
            SecureRandom random,
            InstantSource clock) {
        this.gateway = new TokenFile(GATEWAY, Path.of(file));
        this.database = database;
        this.audit = audit;
        this.random = random;
        this.clock = clock;
    }

    /** Another one's name is believed of the gateway alone. */
    @Override
    public Optional<Caller> caller(String token, Optional<String> actor) {
        var known = gateway.caller(token, actor);
        return known.isPresent() || !token.startsWith(PREFIX)
                ? known
                : select("hash", hash(token))
                        .filter(it -> it.isValid(clock.instant()))
                        .map(it -> new Caller(it.name(), it.role(), it.name(), it));
    }

    @Override
    public Rights of(Caller caller) {
        if (caller.token().equals(GATEWAY)) {
            return Rights.of(caller, Scope.EVERYTHING);
        }
        return switch (caller.terms()) {
            case Token token -> Rights.of(caller, token.scope());
            default -> throw new IllegalStateException("a token that is not ours");
        };
    }

    List<Token> list() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("SELECT " + COLUMNS + " FROM token ORDER BY name")) {
                return all(select);
            }
        });
    }

    /** Returns the token, which nobody can find out later. */
    String add(Token token) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        var text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        database.write(connection -> {
            try (var insert = connection.prepareStatement("INSERT INTO token (" + COLUMNS
                    + ", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" + " ON CONFLICT (name) DO NOTHING")) {
                insert.setString(1, token.name());
                insert.setString(2, token.role().name());
                insert.setString(3, lines(token.scope().authorities()));
                insert.setString(4, lines(token.scope().profiles()));
                insert.setString(5, lines(token.scope().names()));
                if (token.requestsPerMinute().isPresent()) {
                    insert.setInt(6, token.requestsPerMinute().getAsInt());
                } else {
                    insert.setNull(6, Types.INTEGER);
                }
                insert.setString(7, token.expiresAt().map(Instant::toString).orElse(null));
                insert.setString(8, token.createdBy());
                insert.setString(9, token.createdAt().toString());
                insert.setString(10, hash(text));
                if (insert.executeUpdate() == 0) {
                    throw Problem.conflict(
                                    "there is a token '%s'".formatted(token.name()),
                                    "delete it first, or take another name")
                            .asException();
                }
            }
            audit.append(connection, entry(AuditEvent.TOKEN_MADE, token.createdBy(), token));
            return token;
        });
        return text;
    }

    /** From now on it opens nothing. It is fine if it is not there. */
    void delete(String name, String by) {
        database.write(connection -> {
            var token = select(connection, "name", name);
            if (token.isPresent()) {
                try (var delete = connection.prepareStatement("DELETE FROM token WHERE name = ?")) {
                    delete.setString(1, name);
                    delete.executeUpdate();
                }
                audit.append(connection, entry(AuditEvent.TOKEN_DELETED, by, token.get()));
            }
            return token;
        });
    }

    private static AuditEntry entry(AuditEvent event, String by, Token token) {
        return new AuditEntry(
                event,
                by,
                token.scope().authorities().toString(),
                token.scope().profiles().toString(),
                token.name(),
                token.scope().names().toString(),
                "",
                "",
                "role %s".formatted(token.role()));
    }

    private Optional<Token> select(String column, String value) {
        return database.read(connection -> select(connection, column, value));
    }

    private static Optional<Token> select(Connection connection, String column, String value) throws SQLException {
        try (var select = connection.prepareStatement("SELECT " + COLUMNS + " FROM token WHERE " + column + " = ?")) {
            select.setString(1, value);
            return all(select).stream().findFirst();
        }
    }

    private static List<Token> all(PreparedStatement select) throws SQLException {
        try (var row = select.executeQuery()) {
            var tokens = new ArrayList<Token>();
            while (row.next()) {
                tokens.add(token(row));
            }
            return tokens;
        }
    }

    private static Token token(ResultSet row) throws SQLException {
        int limit = row.getInt("requests_per_minute");
        var limited = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(limit);
        var expiresAt = row.getString("expires_at");
        return new Token(
                row.getString("name"),
                Role.valueOf(row.getString("role")),
                new Scope(
                        globs(row.getString("authorities")),
                        globs(row.getString("profiles")),
                        globs(row.getString("names"))),
                limited,
                Optional.ofNullable(expiresAt).map(Instant::parse),
                row.getString("created_by"),
                Instant.parse(row.getString("created_at")));
    }

    private static String lines(Globs globs) {
        return String.join("\n", globs.texts());
    }

    private static Globs globs(String lines) {
        return new Globs(lines.isEmpty() ? List.of() : List.of(lines.split("\n", -1)));
    }

    private static String hash(String token) {
        return Sha256.hex(token.getBytes(StandardCharsets.UTF_8));
    }
}
