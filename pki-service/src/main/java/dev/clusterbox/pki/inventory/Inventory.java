package dev.clusterbox.pki.inventory;

import dev.clusterbox.pki.inventory.CertificateRecord.Revocation;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.pki.store.Paging;
import dev.clusterbox.pki.store.Paging.Page;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The certificates on record. What a caller was given stands here before the caller has it. */
@Singleton
public final class Inventory {

    static final String SELECT =
            "SELECT c.seq, c.profile, c.serial, c.subject, c.names, c.not_before, c.not_after, c.fingerprint, c.certificate,"
                    + " c.requested_by, c.issued_at, c.revoked_at, c.revocation_reason, c.request_hash, "
                    + Authorities.COLUMNS
                    + " FROM certificate c JOIN authority a ON a.id = c.authority_id";

    private final Database database;

    Inventory(Database database) {
        this.database = database;
    }

    public void add(Connection connection, CertificateRecord certificate, RequestId request) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO certificate (seq, authority_id, profile, serial, subject, names, not_before, not_after,"
                        + " fingerprint, certificate, requested_by, issued_at, idempotency_key, request_hash)"
                        + " VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM certificate), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, certificate.authority().id());
            insert.setString(2, certificate.profile());
            insert.setString(3, certificate.serial());
            insert.setString(4, certificate.subject());
            insert.setString(5, String.join(",", certificate.names()));
            insert.setString(6, certificate.notBefore().toString());
            insert.setString(7, certificate.notAfter().toString());
            insert.setString(8, certificate.fingerprint());
            insert.setString(9, certificate.certificate());
            insert.setString(10, certificate.requestedBy());
            insert.setString(11, certificate.issuedAt().toString());
            if (request.key().isPresent()) {
                insert.setString(12, request.key().get());
            } else {
                insert.setNull(12, Types.VARCHAR);
            }
            insert.setString(13, request.hash());
            insert.executeUpdate();
        }
    }

    /** What was issued for this idempotency key. */
    public Optional<Repeated> findByKey(Connection connection, String key) throws SQLException {
        try (var select = connection.prepareStatement(SELECT + " WHERE c.idempotency_key = ?")) {
            select.setString(1, key);
            try (var row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new Repeated(certificate(row), row.getString("request_hash")))
                        : Optional.empty();
            }
        }
    }

    /** Looks among all authorities that ever had the name; the serial is as {@link SerialNumber} has it. */
    public Optional<CertificateRecord> find(String authority, String serial) {
        return database.read(connection -> find(connection, authority, serial));
    }

    public Optional<CertificateRecord> find(Connection connection, String authority, String serial)
            throws SQLException {
        try (var select = connection.prepareStatement(SELECT + " WHERE a.name = ? AND c.serial = ?")) {
            select.setString(1, authority);
            select.setString(2, serial);
            try (var row = select.executeQuery()) {
                return row.next() ? Optional.of(certificate(row)) : Optional.empty();
            }
        }
    }

    /** Some of the certificates, in the order in which they were issued. */
    Page<CertificateRecord> page(Filter filter, Paging paging) {
        var where = filter.where();
        return database.read(connection -> {
            try (var select = connection.prepareStatement(
                    SELECT + " WHERE c.seq > ?" + where.sql() + " ORDER BY c.seq LIMIT ?")) {
                int at = 1;
                select.setLong(at++, paging.after());
                for (var value : where.values()) {
                    select.setString(at++, value);
                }
                select.setInt(at, paging.limit() + 1);
                return page(select, paging.limit());
            }
        });
    }

    /** Fetches one more than asked for, to know whether there is a next page. */
    private static Page<CertificateRecord> page(PreparedStatement select, int limit) throws SQLException {
        var certificates = new ArrayList<CertificateRecord>();
        long last = 0;
        try (var row = select.executeQuery()) {
            while (row.next()) {
                if (certificates.size() == limit) {
                    return new Page<>(certificates, Optional.of(last));
                }
                certificates.add(certificate(row));
                last = row.getLong("seq");
            }
        }
        return new Page<>(certificates, Optional.empty());
    }

    /** The first revocation stays; returns whether this was it. */
    public boolean markRevoked(Connection connection, CertificateRecord certificate, Revocation revocation)
            throws SQLException {
        try (var update = connection.prepareStatement("UPDATE certificate SET revoked_at = ?, revocation_reason = ?"
                + " WHERE authority_id = ? AND serial = ? AND revoked_at IS NULL")) {
            update.setString(1, revocation.at().toString());
            update.setString(2, revocation.reason());
            update.setString(3, certificate.authority().id());
            update.setString(4, certificate.serial());
            return update.executeUpdate() == 1;
        }
    }

    static CertificateRecord certificate(ResultSet row) throws SQLException {
        var names = row.getString("names");
        var revokedAt = row.getString("revoked_at");
        return new CertificateRecord(
                Authorities.authority(row),
                row.getString("profile"),
                row.getString("serial"),
                row.getString("subject"),
                names.isEmpty() ? List.of() : List.of(names.split(",", -1)),
                Instant.parse(row.getString("not_before")),
                Instant.parse(row.getString("not_after")),
                row.getString("fingerprint"),
                row.getString("certificate"),
                row.getString("requested_by"),
                Instant.parse(row.getString("issued_at")),
                revokedAt == null
                        ? Optional.empty()
                        : Optional.of(new Revocation(Instant.parse(revokedAt), row.getString("revocation_reason"))));
    }

    /**
     * How a request that comes again is known.
     *
     * @param key the caller's, if there was one
     * @param hash of what was asked for
     */
    public record RequestId(Optional<String> key, String hash) {}

    /** An earlier answer, and the hash of the request to which it was given. */
    public record Repeated(CertificateRecord certificate, String requestHash) {}
}
