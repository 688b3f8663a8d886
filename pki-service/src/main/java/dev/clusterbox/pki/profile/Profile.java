package dev.clusterbox.pki.profile;

import dev.clusterbox.pki.authority.AuthorityName;
import dev.clusterbox.pki.authority.AuthorityName.Kind;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.KeyType;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.pki.request.Subject;
import dev.clusterbox.pki.request.SubjectKey;
import dev.clusterbox.pki.rule.Rule;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.EnumSet;
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
 * @param roles who may ask
 */
public record Profile(
        String name,
        Kind authority,
        Pattern commonNames,
        List<String> organizations,
        Optional<Pattern> dns,
        boolean ip,
        Set<Usage> usages,
        Duration validity,
        Keys keys,
        Set<String> roles) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

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

    public Profile {
        organizations = List.copyOf(organizations);
        usages = Set.copyOf(usages);
        roles = Set.copyOf(roles);
        require(NAME.matcher(name).matches(), "name", name, "a to z, digits and hyphens");
        require(
                validity.compareTo(SHORTEST) >= 0 && validity.compareTo(LONGEST) <= 0,
                "validity",
                validity,
                "%s to %s".formatted(SHORTEST, LONGEST));
        require(!usages.isEmpty(), "usages", usages, "server, client or both");
        require(!roles.isEmpty(), "roles", roles, "one at least");
        for (var role : roles) {
            require(ROLE.matcher(role).matches(), "roles", role, "a to z, digits and hyphens");
        }
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
    public Approved approve(SigningRequest request, Identity identity) {
        requireSubject(identity.subject());
        requireNames(identity);
        identity.requireSubject(request.subject());
        identity.requireNames(request.names());
        requireKey(request.key());
        requirePurposes(request.purposes());
        return new Approved(this, identity, request.key());
    }

    public void requireKey(SubjectKey key) {
        if (!keys.types().contains(key.type())) {
            throw Rule.PROFILE_KEY.refuses(key.type().toString(), "one of " + sorted(keys.types()));
        }
        if (key.key() instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < keys.rsaBits()) {
            throw Rule.PROFILE_KEY.refuses(
                    "RSA with %d bits".formatted(rsa.getModulus().bitLength()),
                    "for profile %s at least %d".formatted(name, keys.rsaBits()));
        }
    }

    public void requirePurposes(Set<String> requested) {
        var purposes = usages.stream().map(usage -> usage.purpose().getId()).collect(Collectors.toSet());
        for (var purpose : requested) {
            if (!purposes.contains(purpose)) {
                throw Rule.PROFILE_USAGE.refuses(purpose, "for profile %s: %s".formatted(name, sorted(usages)));
            }
        }
    }

    /** @param role of the caller */
    public void requireRole(String role) {
        if (!roles.contains(role)) {
            throw Rule.PROFILE_ROLE.forbids(role, "for profile %s: %s".formatted(name, sorted(roles)));
        }
    }

    public void requireAuthority(AuthorityName asked) {
        if (asked.kind() != authority) {
            throw Rule.PROFILE_AUTHORITY.refuses(
                    asked.toString(), "for profile %s an authority of the kind '%s'".formatted(name, authority));
        }
    }

    public void requireSubject(Subject subject) {
        if (!commonNames.matcher(subject.commonName()).matches()) {
            throw Rule.PROFILE_SUBJECT.refuses(
                    "CN=" + subject.commonName(), "for profile %s: %s".formatted(name, commonNames));
        }
        if (!new HashSet<>(subject.organizations()).equals(new HashSet<>(organizations))) {
            throw Rule.PROFILE_SUBJECT.refuses(
                    "organizations " + subject.organizations(), "for profile %s: %s".formatted(name, organizations));
        }
    }

    public void requireNames(Identity identity) {
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

    private static String sorted(Set<?> values) {
        return values.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }

    /** @param rsaBits how long an RSA key is at least */
    record Keys(Set<KeyType> types, int rsaBits) {

        private static final Set<Integer> LENGTHS = Set.of(2048, 3072, 4096);

        static final Keys ALL = new Keys(EnumSet.allOf(KeyType.class), 2048);

        Keys {
            types = Set.copyOf(types);
            require(!types.isEmpty(), "keys", types, "one type at least");
            require(LENGTHS.contains(rsaBits), "rsa-bits", rsaBits, "2048, 3072 or 4096");
        }
    }

    /** A request that its profile has let through. Nobody else makes one. */
    public static final class Approved {

        private final Profile profile;
        private final Identity identity;
        private final SubjectKey key;

        private Approved(Profile profile, Identity identity, SubjectKey key) {
            this.profile = profile;
            this.identity = identity;
            this.key = key;
        }

        public Profile profile() {
            return profile;
        }

        public Identity identity() {
            return identity;
        }

        public SubjectKey key() {
            return key;
        }
    }
}
