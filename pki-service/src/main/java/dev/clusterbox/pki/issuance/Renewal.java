package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.authority.AuthorityName;
import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.lint.Lint;
import dev.clusterbox.pki.profile.Profiles;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A new certificate for who has the key of an old one. It says what the old one says. */
@Singleton
final class Renewal {

    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

    private final CertificateAuthorities authorities;
    private final Inventory inventory;
    private final Profiles profiles;
    private final Issuer issuer;
    private final AuditLog audit;
    private final InstantSource clock;

    Renewal(
            CertificateAuthorities authorities,
            Inventory inventory,
            Profiles profiles,
            Issuer issuer,
            AuditLog audit,
            InstantSource clock) {
        this.authorities = authorities;
        this.inventory = inventory;
        this.profiles = profiles;
        this.issuer = issuer;
        this.audit = audit;
        this.clock = clock;
    }

    /** @param proof CMS around the new signing request, signed by the old key */
    CertificateRecord renew(String authority, String serial, byte[] proof, Rights rights) {
        var name = AuthorityName.parse(authority).toString();
        var old = inventory
                .find(name, serial)
                .orElseThrow(() -> Problem.notFound("no such certificate").asException());
        var by = rights.by();
        try {
            rights.requireCertificate(name, old.profile(), old.plainNames());
            requireStanding(old, clock.instant());
            var profile = profiles.named(old.profile());
            profile.requireRole(rights.roleName());
            var request = SigningRequest.parse(RenewalProof.contentSignedBy(old, proof));
            var approved = profile.approve(request, Identity.parse(old.subject(), old.names()));
            return issuer.renew(authorities.named(name), approved, by, old);
        } catch (ProblemException e) {
            if (Issuance.isRefusal(e.problem().code())) {
                audit.append(refused(AuditEvent.REFUSED, old, by, e.problem().message()));
            } else if (Lint.isFinding(e.problem())) {
                LOG.error("{}", e.problem());
                audit.append(
                        refused(AuditEvent.LINT_FAILED, old, by, e.problem().message()));
            }
            throw e;
        }
    }

    /** There is no time of grace: who comes too late has to be approved anew. */
    static void requireStanding(CertificateRecord old, Instant now) {
        if (old.revocation().isPresent()) {
            throw refuse("was revoked: " + old.revocation().get().at());
        }
        if (!now.isBefore(old.notAfter())) {
            throw refuse("has expired: " + old.notAfter());
        }
        if (!old.authority().isTrusted()) {
            throw refuse("is of an authority that was deleted or retired");
        }
    }

    private static ProblemException refuse(String why) {
        return Problem.conflict(
                        "the certificate " + why, "ask for a new one, with an identity that the caller approves")
                .asException();
    }

    private static AuditEntry refused(AuditEvent event, CertificateRecord old, String by, String reason) {
        return new AuditEntry(
                event,
                by,
                old.authority().name(),
                old.profile(),
                old.subject(),
                String.join(",", old.names()),
                old.serial(),
                old.fingerprint(),
                reason);
    }
}
