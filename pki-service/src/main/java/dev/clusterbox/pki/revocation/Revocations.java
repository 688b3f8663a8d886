package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.CertificateRecord.Revocation;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Marks certificates as revoked. Nobody is told yet: there are no revocation lists. */
@Singleton
final class Revocations {

    private final Database database;
    private final Inventory inventory;
    private final AuditLog audit;
    private final InstantSource clock;

    Revocations(Database database, Inventory inventory, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.inventory = inventory;
        this.audit = audit;
        this.clock = clock;
    }

    /** Revoking again changes nothing: the first time and reason stay. */
    CertificateRecord revoke(String authority, String serial, RevocationReason reason, Rights rights) {
        return database.write(connection -> {
            var found = inventory
                    .find(connection, authority, serial)
                    .orElseThrow(() -> Problem.notFound("no such certificate").asException());
            rights.requireCertificate(authority, found.profile(), found.plainNames());
            var revocation = new Revocation(clock.instant().truncatedTo(ChronoUnit.SECONDS), reason.text());
            if (inventory.markRevoked(connection, found, revocation)) {
                audit.append(
                        connection,
                        new AuditEntry(
                                AuditEvent.REVOKED,
                                rights.by(),
                                authority,
                                found.profile(),
                                found.subject(),
                                String.join(",", found.names()),
                                serial,
                                found.fingerprint(),
                                reason.text()));
            }
            return inventory.find(connection, authority, serial).orElseThrow();
        });
    }
}
