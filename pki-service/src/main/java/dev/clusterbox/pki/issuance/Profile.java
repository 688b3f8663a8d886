package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.issuance.AuthorityName.Kind;
import dev.clusterbox.pki.issuance.Subject.Part;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What certificates of one kind say, and who may be in them. All that is in a certificate comes from here and from the
 * approved identity.
 *
 * @param commonNames for the whole common name
 * @param organizations exactly these
 * @param dns for each whole DNS name; empty if there may be none
 * @param ip whether there may be IP addresses
 */
record Profile(
        String name,
        Kind authority,
        Pattern commonNames,
        List<String> organizations,
        Optional<Pattern> dns,
        boolean ip,
        Set<Usage> usages,
        Duration validity,
        Set<KeyType> keys) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    /** As the design has it: a leaf of a cluster lives for a year, and nobody shall rely on one that lives longer. */
    private static final Duration LONGEST = Duration.ofDays(366);

    private static final Duration SHORTEST = Duration.ofHours(1);

    /** With one of these a certificate may do more than the one who wrote the pattern thought of. */
    private static final List<String> POWERFUL = List.of(
            "system:admin",
            "system:node:other",
            "system:kube-controller-manager",
            "system:kube-scheduler",
            "system:serviceaccount:kube-system:default",
            "system:masters");

    Profile {
        organizations = List.copyOf(organizations);
        usages = Set.copyOf(usages);
        keys = Set.copyOf(keys);
        require(NAME.matcher(name).matches(), "name", name, "a to z, digits and hyphens");
        require(
                validity.compareTo(SHORTEST) >= 0 && validity.compareTo(LONGEST) <= 0,
                "validity",
                validity,
                "%s to %s".formatted(SHORTEST, LONGEST));
        require(!usages.isEmpty(), "usages", usages, "server, client or both");
        require(!keys.isEmpty(), "keys", keys, "one type at least");
        require(!commonNames.matcher("").matches(), "common-name", commonNames, "does not match the empty text");
        require(
                !usages.contains(Usage.SERVER) || dns.isPresent() || ip,
                "usages",
                usages,
                "a server has DNS names or IP addresses");
        require(
                usages.contains(Usage.SERVER) || (dns.isEmpty() && !ip),
                "usages",
                usages,
                "only a server has DNS names or IP addresses");
        for (var powerful : POWERFUL) {
            require(
                    commonNames.pattern().startsWith("system:")
                            || !commonNames.matcher(powerful).matches(),
                    "common-name",
                    commonNames,
                    "matches '%s' only if it begins with 'system:'".formatted(powerful));
        }
        require(
                authority == Kind.KUBERNETES || organizations.stream().noneMatch(it -> it.startsWith("system:")),
                "organizations",
                organizations,
                "groups of Kubernetes only from its own authority");
        new Subject("x", organizations);
    }

    private static void require(boolean holds, String field, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(field, value, expected));
        }
    }

    /** Lets the request through if its key fits this profile, the identity too, and it names nothing beyond that. */
    Approved approve(SigningRequest request, Identity identity) {
        requireFitting(identity);
        requireWithin(identity, request);
        if (!keys.contains(request.key().type())) {
            throw Rule.PROFILE_KEY.refuses(request.key().type().toString(), "one of " + sorted(keys));
        }
        var purposes = usages.stream().map(usage -> usage.purpose().getId()).collect(Collectors.toSet());
        for (var purpose : request.purposes()) {
            if (!purposes.contains(purpose)) {
                throw Rule.PROFILE_USAGE.refuses(purpose, "for profile %s: %s".formatted(name, sorted(usages)));
            }
        }
        return new Approved(this, identity, request.key());
    }

    void requireAuthority(AuthorityName asked) {
        if (asked.kind() != authority) {
            throw Rule.PROFILE_AUTHORITY.refuses(
                    asked.toString(), "for profile %s an authority of the kind '%s'".formatted(name, authority));
        }
    }

    private void requireFitting(Identity identity) {
        var subject = identity.subject();
        if (!commonNames.matcher(subject.commonName()).matches()) {
            throw Rule.PROFILE_SUBJECT.refuses(
                    "CN=" + subject.commonName(), "for profile %s: %s".formatted(name, commonNames));
        }
        if (!new HashSet<>(subject.organizations()).equals(new HashSet<>(organizations))) {
            throw Rule.PROFILE_SUBJECT.refuses(
                    "organizations " + subject.organizations(), "for profile %s: %s".formatted(name, organizations));
        }
        if (usages.contains(Usage.SERVER) && identity.names().isEmpty()) {
            throw Rule.PROFILE_NAMES.refuses("none", "for profile %s a DNS name or an IP address".formatted(name));
        }
        for (var alternative : identity.names()) {
            boolean allowed = switch (alternative.kind()) {
                case DNS ->
                    dns.isPresent() && dns.get().matcher(alternative.value()).matches();
                case IP -> ip;
            };
            if (!allowed) {
                throw Rule.PROFILE_NAMES.refuses(
                        alternative.toString(),
                        "for profile %s: DNS names %s, IP addresses %s"
                                .formatted(name, dns.map(Pattern::pattern).orElse("none"), ip ? "any" : "none"));
            }
        }
    }

    private static void requireWithin(Identity identity, SigningRequest request) {
        var approved = identity.subject().parts();
        for (Part part : request.subject()) {
            if (!approved.contains(part)) {
                throw Rule.APPROVED_SUBJECT.refuses(
                        part.toString(), identity.subject().toString());
            }
        }
        for (var requested : request.names()) {
            if (!identity.names().contains(requested)) {
                throw Rule.APPROVED_NAMES.refuses(
                        requested.toString(),
                        identity.names().isEmpty() ? "no names" : String.join(", ", identity.nameTexts()));
            }
        }
    }

    private static String sorted(Set<?> values) {
        return values.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }

    /** A request that its profile has let through. Nobody else makes one. */
    static final class Approved {

        private final Profile profile;
        private final Identity identity;
        private final SubjectKey key;

        private Approved(Profile profile, Identity identity, SubjectKey key) {
            this.profile = profile;
            this.identity = identity;
            this.key = key;
        }

        Profile profile() {
            return profile;
        }

        Identity identity() {
            return identity;
        }

        SubjectKey key() {
            return key;
        }
    }
}
