package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.CertificateRecord.Revocation;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Revokes certificates: the mark, the audit entry and the new revocation list are one transaction. */
@Singleton
final class Revocations {

    private final Database database;
    private final Inventory inventory;
    private final CertificateAuthorities authorities;
    private final RevocationLists lists;
    private final AuditLog audit;
    private final InstantSource clock;

    Revocations(
            Database database,
            Inventory inventory,
            CertificateAuthorities authorities,
            RevocationLists lists,
            AuditLog audit,
            InstantSource clock) {
        this.database = database;
        this.inventory = inventory;
        this.authorities = authorities;
        this.lists = lists;
        this.audit = audit;
        this.clock = clock;
    }

    /** Revoking again changes nothing: the first time and reason stay. */
    CertificateRecord revoke(String name, String serial, RevocationReason reason, Rights rights) {
        var found = inventory
                .find(name, serial)
                .orElseThrow(() -> Problem.notFound("no such certificate").asException());
        rights.requireCertificate(name, found.profile(), found.plainNames());
        // Empty when it was deleted or retired: then there is nobody who could be told.
        var authority = authorities.withKey(found.authority());
        return database.write(connection -> {
            if (mark(connection, found, reason, rights.by()) && authority.isPresent()) {
                lists.signAnew(connection, authority.get());
            }
            return inventory.find(connection, name, serial).orElseThrow();
        });
    }

    /** Returns whether it was not revoked before. */
    boolean mark(Connection connection, CertificateRecord certificate, RevocationReason reason, String by)
            throws SQLException {
        var revocation = new Revocation(clock.instant().truncatedTo(ChronoUnit.SECONDS), reason.text());
        if (!inventory.markRevoked(connection, certificate, revocation)) {
            return false;
        }
        audit.append(
                connection,
                new AuditEntry(
                        AuditEvent.REVOKED,
                        by,
                        certificate.authority().name(),
                        certificate.profile(),
                        certificate.subject(),
                        String.join(",", certificate.names()),
                        certificate.serial(),
                        certificate.fingerprint(),
                        reason.text()));
        return true;
    }
}
