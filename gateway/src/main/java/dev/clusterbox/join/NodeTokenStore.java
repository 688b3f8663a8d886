package dev.clusterbox.join;

import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Keeps join tokens: of each only the hash of what is secret in it. */
@Singleton
final class NodeTokenStore {

    private static final String COLUMNS = "id, cluster_uid, node, address, shared_kernel, created_by, created_at,"
            + " expires_at, revoked_at, keys_hash, redeemed_at, redeemed_from, secret_hash";

    private final Database database;

    NodeTokenStore(Database database) {
        this.database = database;
    }

    /** A token with the hash of its secret. */
    record Kept(NodeToken token, String secretHash) {}

    void add(Transaction t, NodeToken token, String secretHash) throws SQLException {
        t.update(
                "INSERT INTO node_tokens (id, secret_hash, cluster_uid, node, address, shared_kernel, created_by,"
                        + " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                token.id(),
                secretHash,
                token.clusterUid(),
                token.node(),
                token.address(),
                token.sharedKernel() ? 1 : 0,
                token.createdBy(),
                token.createdAt().toString(),
                token.expiresAt().toString());
    }

    Optional<Kept> find(String id) {
        return database.transaction(t -> find(t, id));
    }

    Optional<Kept> find(Transaction t, String id) throws SQLException {
        return t.one(
                "SELECT " + COLUMNS + " FROM node_tokens WHERE id = ?",
                row -> new Kept(token(row), row.getString(13)),
                id);
    }

    /** The newest first. */
    List<NodeToken> list(String clusterUid) {
        return database.transaction(t -> list(t, clusterUid));
    }

    List<NodeToken> list(Transaction t, String clusterUid) throws SQLException {
        return t.list(
                "SELECT " + COLUMNS + " FROM node_tokens WHERE cluster_uid = ? ORDER BY created_at DESC, id",
                NodeTokenStore::token,
                clusterUid);
    }

    /** Of all clusters, those that are not over. */
    List<NodeToken> good(Instant now) {
        return database
                .transaction(t -> t.list("SELECT " + COLUMNS + " FROM node_tokens", NodeTokenStore::token))
                .stream()
                .filter(token -> token.isGood(now))
                .toList();
    }

    /** Returns false if the cluster has none of this id that could be revoked. */
    boolean revoke(String clusterUid, String id, Instant now) {
        return database.transaction(t -> t.update(
                        "UPDATE node_tokens SET revoked_at = ? WHERE id = ? AND cluster_uid = ? AND revoked_at IS NULL",
                        now.toString(),
                        id,
                        clusterUid))
                > 0;
    }

    /** Whether one of these keys was ever certified for a node. */
    boolean anyKnown(Transaction t, Collection<String> keys) throws SQLException {
        for (var key : keys) {
            if (t.one("SELECT token FROM node_keys WHERE public_key = ?", row -> row.getString(1), key)
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }

    void spend(Transaction t, String id, String keysHash, Collection<String> keys, String from, Instant now)
            throws SQLException {
        t.update(
                "UPDATE node_tokens SET keys_hash = ?, redeemed_at = ?, redeemed_from = ? WHERE id = ?",
                keysHash,
                now.toString(),
                from,
                id);
        for (var key : keys) {
            t.update("INSERT INTO node_keys (public_key, token) VALUES (?, ?)", key, id);
        }
    }

    private static NodeToken token(ResultSet row) throws SQLException {
        return new NodeToken(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getInt(5) == 1,
                row.getString(6),
                Instant.parse(row.getString(7)),
                Instant.parse(row.getString(8)),
                Optional.ofNullable(row.getString(9)).map(Instant::parse),
                Optional.ofNullable(row.getString(10)),
                Optional.ofNullable(row.getString(11)).map(Instant::parse),
                Optional.ofNullable(row.getString(12)));
    }
}
