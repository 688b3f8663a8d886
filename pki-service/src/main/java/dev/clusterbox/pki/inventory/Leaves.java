package dev.clusterbox.pki.inventory;

import dev.clusterbox.pki.inventory.CertificateRecord.Revocation;
import dev.clusterbox.pki.store.Database;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The certificates that one generation of an authority has signed. */
@Singleton
public final class Leaves {

    /** The certificates of our own OCSP responder. No caller's profile has this name. */
    public static final String RESPONDER = "ocsp-responder";

    private final Database database;

    Leaves(Database database) {
        this.database = database;
    }

    /** @param serial as {@link SerialNumber} has it */
    public Optional<CertificateRecord> find(AuthorityRecord generation, String serial) {
        return database.read(connection -> {
            try (var select =
                    connection.prepareStatement(Inventory.SELECT + " WHERE c.authority_id = ? AND c.serial = ?")) {
                select.setString(1, generation.id());
                select.setString(2, serial);
                try (var row = select.executeQuery()) {
                    return row.next() ? Optional.of(Inventory.certificate(row)) : Optional.empty();
                }
            }
        });
    }

    /** Those that somebody may be using: neither expired nor revoked. */
    public List<CertificateRecord> living(Connection connection, AuthorityRecord generation, Instant now)
            throws SQLException {
        try (var select = connection.prepareStatement(Inventory.SELECT
                + " WHERE c.authority_id = ? AND c.revoked_at IS NULL AND c.not_after > ? AND c.profile <> ?"
                + " ORDER BY c.seq")) {
            select.setString(1, generation.id());
            select.setString(2, now.toString());
            select.setString(3, RESPONDER);
            try (var row = select.executeQuery()) {
                var living = new ArrayList<CertificateRecord>();
                while (row.next()) {
                    living.add(Inventory.certificate(row));
                }
                return living;
            }
        }
    }

    /** @param until only those that had not expired before */
    public List<Revoked> revoked(Connection connection, AuthorityRecord generation, Instant until) throws SQLException {
        try (var select = connection.prepareStatement("SELECT serial, not_after, revoked_at, revocation_reason"
                + " FROM certificate WHERE authority_id = ? AND revoked_at IS NOT NULL AND not_after >= ?"
                + " ORDER BY revoked_at, seq")) {
            select.setString(1, generation.id());
            select.setString(2, until.toString());
            try (var row = select.executeQuery()) {
                var revoked = new ArrayList<Revoked>();
                while (row.next()) {
                    revoked.add(new Revoked(
                            row.getString("serial"),
                            Instant.parse(row.getString("not_after")),
                            new Revocation(
                                    Instant.parse(row.getString("revoked_at")), row.getString("revocation_reason"))));
                }
                return revoked;
            }
        }
    }

    public record Revoked(String serial, Instant notAfter, Revocation revocation) {}
}
