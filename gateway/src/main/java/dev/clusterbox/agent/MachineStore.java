package dev.clusterbox.agent;

import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import dev.clusterbox.storage.Secrets;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The inventory: which machines there are, by which key each is known, and the tokens for first contact. */
@Singleton
public final class MachineStore {

    /** A machine behind NAT is known by nothing but its token, so a token is not good for longer. */
    static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    /**
     * A machine of the inventory.
     *
     * @param sourceAddress from which the agent must come, where vm-service has stated it
     * @param publicKey SHA-256 of the key by which the agent is known, once it has enrolled
     * @param keyBefore the one before, until the agent attends with the new one: the answer with its certificate may be lost
     * @param chain its certificate, PEM
     * @param attended whether it has ever used that certificate
     */
    public record MachineRecord(
            String id,
            String cluster,
            String hostName,
            Optional<String> sourceAddress,
            Optional<String> publicKey,
            Optional<String> keyBefore,
            Optional<String> chain,
            boolean attended) {

        boolean isKnownBy(String key) {
            return Stream.of(publicKey, keyBefore).flatMap(Optional::stream).anyMatch(key::equals);
        }
    }

    /** @param spentBy SHA-256 of the key that has used it */
    record JoinToken(String machine, Instant expiresAt, Optional<String> spentBy) {}

    private static final String COLUMNS =
            "id, cluster, host_name, source_address, public_key, key_before, chain, first_attended";

    private final Database database;
    private final Secrets secrets;
    private final InstantSource clock;

    MachineStore(Database database, Secrets secrets, InstantSource clock) {
        this.database = database;
        this.secrets = secrets;
        this.clock = clock;
    }

    /** Takes a machine into the inventory. Another machine that played its part before is no longer in it. */
    public void register(String id, String cluster, String hostName, Optional<String> sourceAddress) {
        database.transaction(t -> {
            t.update("DELETE FROM machines WHERE cluster = ? AND host_name = ? AND id <> ?", cluster, hostName, id);
            return t.update(
                    "INSERT INTO machines (id, cluster, host_name, source_address) VALUES (?, ?, ?, ?)"
                            + " ON CONFLICT (id) DO UPDATE SET source_address = excluded.source_address",
                    id,
                    cluster,
                    hostName,
                    sourceAddress.orElse(null));
        });
    }

    public Optional<MachineRecord> find(String id) {
        return database.transaction(t -> find(t, id));
    }

    Optional<MachineRecord> find(Transaction t, String id) throws SQLException {
        return t.one("SELECT " + COLUMNS + " FROM machines WHERE id = ?", MachineStore::machine, id);
    }

    public List<MachineRecord> list(String cluster) {
        return database.transaction(
                t -> t.list("SELECT " + COLUMNS + " FROM machines WHERE cluster = ?", MachineStore::machine, cluster));
    }

    /** Its agent is not known any more, and a token of it opens nothing. */
    public void remove(String cluster, String hostName) {
        database.transaction(
                t -> t.update("DELETE FROM machines WHERE cluster = ? AND host_name = ?", cluster, hostName));
    }

    public void removeCluster(String cluster) {
        database.transaction(t -> t.update("DELETE FROM machines WHERE cluster = ?", cluster));
    }

    /** Makes a one-time token for a machine. Only its hash is kept; tokens that are over are forgotten. */
    public String mintToken(String machine) {
        var token = secrets.token();
        var now = clock.instant();
        database.transaction(t -> {
            t.update("DELETE FROM join_tokens WHERE machine = ? AND expires_at < ?", machine, now.toString());
            return t.update(
                    "INSERT INTO join_tokens (token_hash, machine, expires_at) VALUES (?, ?, ?)",
                    Secrets.hash(token),
                    machine,
                    now.plus(TOKEN_LIFE).toString());
        });
        return token;
    }

    Optional<JoinToken> token(Transaction t, String tokenHash) throws SQLException {
        return t.one(
                "SELECT machine, expires_at, spent_by FROM join_tokens WHERE token_hash = ?",
                row -> new JoinToken(
                        row.getString(1), Instant.parse(row.getString(2)), Optional.ofNullable(row.getString(3))),
                tokenHash);
    }

    /** The first key that shows the token has it, and from then on is the machine's. */
    void spend(Transaction t, String tokenHash, String machine, String publicKey) throws SQLException {
        t.update("UPDATE join_tokens SET spent_by = ? WHERE token_hash = ?", publicKey, tokenHash);
        t.update(
                "UPDATE machines SET public_key = ?, key_before = NULL, chain = NULL, first_attended = NULL WHERE id = ?",
                publicKey,
                machine);
    }

    void saveChain(String machine, String publicKey, String chain) {
        database.transaction(t ->
                t.update("UPDATE machines SET chain = ? WHERE id = ? AND public_key = ?", chain, machine, publicKey));
    }

    /**
     * Replaces the key by which a machine is known, with what was signed for the new one.
     *
     * @param shown the key that the machine has asked with; good until it attends with the new one
     */
    void rekey(String machine, String shown, String publicKey, String chain) {
        database.transaction(t -> t.update(
                "UPDATE machines SET public_key = ?, key_before = ?, chain = ? WHERE id = ?",
                publicKey,
                shown.equals(publicKey) ? null : shown,
                chain,
                machine));
    }

    /** From its first stream on, a machine needs no token; from the first with a new key on, not the key before. */
    void attended(String machine, String key) {
        database.transaction(t -> {
            t.update("DELETE FROM join_tokens WHERE machine = ?", machine);
            t.update("UPDATE machines SET key_before = NULL WHERE id = ? AND public_key = ?", machine, key);
            return t.update(
                    "UPDATE machines SET first_attended = ? WHERE id = ? AND first_attended IS NULL",
                    clock.instant().toString(),
                    machine);
        });
    }

    private static MachineRecord machine(ResultSet row) throws SQLException {
        return new MachineRecord(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Optional.ofNullable(row.getString(4)),
                Optional.ofNullable(row.getString(5)),
                Optional.ofNullable(row.getString(6)),
                Optional.ofNullable(row.getString(7)),
                row.getString(8) != null);
    }
}
