package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.authority.AuthorityName;
import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.lint.Lint;
import dev.clusterbox.pki.profile.Profiles;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of a request from bytes to a certificate. Read this first. */
@Singleton
public final class Issuance {

    private static final Logger LOG = LoggerFactory.getLogger(Issuance.class);

    private final CertificateAuthorities authorities;
    private final Profiles profiles;
    private final Issuer issuer;
    private final AuditLog audit;

    public Issuance(CertificateAuthorities authorities, Profiles profiles, Issuer issuer, AuditLog audit) {
        this.authorities = authorities;
        this.profiles = profiles;
        this.issuer = issuer;
        this.audit = audit;
    }

    public CertificateRecord issue(Application application, byte[] csr) {
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
                audit.append(application.refused(AuditEvent.REFUSED, e.problem().message()));
            } else if (Lint.isFinding(e.problem())) {
                LOG.error("{}", e.problem());
                audit.append(
                        application.refused(AuditEvent.LINT_FAILED, e.problem().message()));
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
    public record Application(
            String authority,
            String profile,
            String subject,
            List<String> names,
            Rights rights,
            Optional<String> idempotencyKey) {

        AuditEntry refused(AuditEvent event, String reason) {
            return new AuditEntry(
                    event, rights.by(), authority, profile, subject, String.join(",", names), "", "", reason);
        }
    }
}
