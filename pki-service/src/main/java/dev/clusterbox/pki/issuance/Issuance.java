package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** The way of a request from bytes to a certificate. Read this first. */
@Singleton
final class Issuance {

    private final CertificateAuthorities authorities;
    private final Profiles profiles;
    private final Issuer issuer;
    private final AuditLog audit;

    Issuance(CertificateAuthorities authorities, Profiles profiles, Issuer issuer, AuditLog audit) {
        this.authorities = authorities;
        this.profiles = profiles;
        this.issuer = issuer;
        this.audit = audit;
    }

    CertificateRecord issue(Application application, byte[] csr) {
        try {
            var name = AuthorityName.parse(application.authority());
            var profile = profiles.named(application.profile());
            profile.requireAuthority(name);
            profile.requireRole(application.rights().roleName());
            var identity = Identity.parse(application.subject(), application.names());
            application.rights().requireCertificate(name.toString(), profile.name(), identity.plainNames());
            var request = SigningRequest.parse(csr);
            var approved = profile.approve(request, identity);
            return issuer.issue(
                    authorities.named(name.toString()),
                    approved,
                    application.rights().by(),
                    application.idempotencyKey());
        } catch (ProblemException e) {
            if (isRefusal(e.problem().code())) {
                audit.append(application.refused(e.problem().message()));
            }
            throw e;
        }
    }

    /** What failed here, with the disk for example, was not judged. */
    static boolean isRefusal(Code code) {
        return switch (code) {
            case INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_LARGE, TOO_MANY -> true;
            case UNAVAILABLE, TIMED_OUT, FAILED -> false;
        };
    }

    /** What is asked for besides the request itself, as it came; nothing of it is known to be right. */
    record Application(
            String authority,
            String profile,
            String subject,
            List<String> names,
            Rights rights,
            Optional<String> idempotencyKey) {

        AuditEntry refused(String reason) {
            return new AuditEntry(
                    AuditEvent.REFUSED,
                    rights.by(),
                    authority,
                    profile,
                    subject,
                    String.join(",", names),
                    "",
                    "",
                    reason);
        }
    }
}
