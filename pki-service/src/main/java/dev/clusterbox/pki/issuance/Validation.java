package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.authority.AuthorityName;
import dev.clusterbox.pki.profile.Profile;
import dev.clusterbox.pki.profile.Profiles;
import dev.clusterbox.pki.request.AlternativeName;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.pki.request.Subject;
import dev.clusterbox.pki.rule.RecordedChecks;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.pki.rule.Verdict;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Says what would become of a request, rule by rule, and signs nothing. */
@Singleton
final class Validation {

    private final Profiles profiles;

    Validation(Profiles profiles) {
        this.profiles = profiles;
    }

    Verdicts validate(Question question, byte[] csr) {
        var profile = profiles.named(question.profile());
        var checks = new RecordedChecks();
        question.authority()
                .map(AuthorityName::parse)
                .ifPresent(name -> check(checks, () -> profile.requireAuthority(name), Rule.PROFILE_AUTHORITY));
        check(checks, () -> profile.requireRole(question.role()), Rule.PROFILE_ROLE);
        var identity = identity(question, profile, checks);
        SigningRequest.parts(csr, checks).ifPresent(parts -> request(parts, profile, identity, checks));
        return new Verdicts(checks.acceptable(), question.authority().orElse(null), profile.name(), checks.verdicts());
    }

    private static Optional<Identity> identity(Question question, Profile profile, RecordedChecks checks) {
        var subject = checks.of(
                () -> Subject.parse(question.subject()),
                Rule.SUBJECT_SYNTAX,
                Rule.SUBJECT_ATTRIBUTES,
                Rule.SUBJECT_TEXT);
        subject.ifPresent(it -> check(checks, () -> profile.requireSubject(it), Rule.PROFILE_SUBJECT));
        var names = new TreeSet<AlternativeName>();
        for (var text : question.names()) {
            checks.of(
                            () -> AlternativeName.parse(text),
                            Rule.NAME_TYPES,
                            Rule.NO_WILDCARD,
                            Rule.DNS_NAME,
                            Rule.IP_ADDRESS)
                    .ifPresent(names::add);
        }
        var identity = subject.flatMap(it -> checks.of(() -> new Identity(it, names), Rule.NAME_COUNT));
        identity.ifPresent(it -> check(checks, () -> profile.requireNames(it), Rule.PROFILE_NAMES));
        return identity;
    }

    private static void request(
            SigningRequest.Parts parts, Profile profile, Optional<Identity> identity, RecordedChecks checks) {
        parts.key().ifPresent(key -> check(checks, () -> profile.requireKey(key), Rule.PROFILE_KEY));
        parts.extensions()
                .ifPresent(it -> check(checks, () -> profile.requirePurposes(it.purposes()), Rule.PROFILE_USAGE));
        identity.ifPresent(approved -> {
            parts.subject().ifPresent(it -> check(checks, () -> approved.requireSubject(it), Rule.APPROVED_SUBJECT));
            parts.extensions()
                    .ifPresent(it -> check(checks, () -> approved.requireNames(it.names()), Rule.APPROVED_NAMES));
        });
    }

    private static void check(RecordedChecks checks, Runnable check, Rule rule) {
        checks.of(
                () -> {
                    check.run();
                    return true;
                },
                rule);
    }

    /** What is asked for, as it came. */
    record Question(Optional<String> authority, String role, String profile, String subject, List<String> names) {}

    /** @param acceptable whether nothing was refused */
    @Serdeable
    record Verdicts(boolean acceptable, @Nullable String authority, String profile, List<Verdict> rules) {}
}
