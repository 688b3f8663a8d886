package dev.clusterbox.pki.rule;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a signing request must hold to. Each rule has a name, which a refusal tells, and a source. */
public enum Rule {
    /** A request with a hundred names and an RSA key of 4096 bits has 8 KiB. */
    CSR_SIZE("a limit of ours"),
    CSR_ENCODING("X.690, 10 (DER) and RFC 7468, 7"),
    CSR_STRUCTURE("RFC 2986, 4"),
    PROOF_OF_POSSESSION("RFC 2986, 3 (the signature) and RFC 4211, 4"),
    RENEWAL_STRUCTURE(
            "RFC 5652, 5 and 11: one signer, named by issuer and serial number, over the request as plain data"),
    RENEWAL_PROOF("RFC 7030, 3.3.2 and 4.2.2: the key of the certificate to be renewed says that it may be"),
    SIGNATURE_ALGORITHM("CA/Browser Forum Baseline Requirements, 7.1.3.2: nothing weaker than SHA-2"),
    KEY_TYPE("CA/Browser Forum Baseline Requirements, 6.1.5"),
    RSA_SIZE("CA/Browser Forum Baseline Requirements, 6.1.5"),
    RSA_EXPONENT("CA/Browser Forum Baseline Requirements, 6.1.6"),
    RSA_SMALL_FACTOR("CA/Browser Forum Baseline Requirements, 6.1.6, and NIST SP 800-89, 5.3.3"),
    RSA_ROCA("CA/Browser Forum Baseline Requirements, 6.1.1.3, and CVE-2017-15361"),
    RSA_CLOSE_PRIMES("CA/Browser Forum Baseline Requirements, 6.1.1.3: 100 rounds of Fermat's method"),
    EC_KEY("RFC 5480, 2.1.1 and 2.2, and NIST SP 800-56A, 5.6.2.3"),
    ED25519_KEY("RFC 8032, 5.1.3, and RFC 7748, 7: points of small order"),
    /** Of those that OpenSSL 0.9.8 made on 64-bit processors. */
    DEBIAN_KEY("CA/Browser Forum Baseline Requirements, 6.1.1.3, and CVE-2008-0166"),
    PUBLISHED_KEY("RFC 9500: keys for tests only"),
    ATTRIBUTES("RFC 2985, 5.4: of these attributes only the extension request has a use here"),
    EXTENSIONS("RFC 5280, 4.2: extensions come from the profile"),
    NO_AUTHORITY("RFC 5280, 4.2.1.3 and 4.2.1.9: who may sign is not decided by a request"),
    NAME_TYPES("RFC 5280, 4.2.1.6: of these types Kubernetes and etcd use DNS names and IP addresses"),
    NO_WILDCARD("RFC 9525, 7.1: a wildcard is good for more than one machine"),
    DNS_NAME("RFC 1123, 2.1 and RFC 5891, 4.2.3.1"),
    IP_ADDRESS("RFC 5280, 4.2.1.6 and RFC 4291, 2.2"),
    NAME_COUNT("a limit of ours"),
    SUBJECT_SYNTAX("RFC 4514, 3"),
    SUBJECT_ATTRIBUTES("Kubernetes, Authentication strategies, X.509: CN is the user, O are the groups"),
    SUBJECT_TEXT("RFC 5280, appendix A (ub-common-name) and 7.1"),
    APPROVED_SUBJECT("the caller's inventory: a request may name less than what was approved, never anything else"),
    APPROVED_NAMES("the caller's inventory: a request may name less than what was approved, never anything else"),
    PROFILE_ROLE("the profile: roles"),
    PROFILE_AUTHORITY("the profile"),
    PROFILE_SUBJECT("the profile"),
    PROFILE_NAMES("the profile, and RFC 9525, 2: a server is known by its alternative names"),
    PROFILE_KEY("the profile"),
    PROFILE_USAGE("the profile, and RFC 5280, 4.2.1.12");

    /** All but those of renewals, where the request comes inside of something else. */
    public static final Set<Rule> OF_REQUESTS = EnumSet.complementOf(EnumSet.of(RENEWAL_STRUCTURE, RENEWAL_PROOF));

    private static final int LONGEST_SHOWN = 100;

    private final String source;

    Rule(String source) {
        this.source = source;
    }

    /** As it stands in messages: {@code rsa-size}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The rule whose refusal this is, if it is one. */
    static Optional<Rule> of(Problem problem) {
        return Arrays.stream(values())
                .filter(rule -> problem.message().startsWith(rule.text() + ": "))
                .findFirst();
    }

    public String source() {
        return source;
    }

    /** @param value what was found; it may come from an attacker */
    public ProblemException refuses(String value, String expected) {
        return problem(Code.INVALID, value, expected);
    }

    /** For what is right but not for everybody. */
    public ProblemException forbids(String value, String expected) {
        return problem(Code.FORBIDDEN, value, expected);
    }

    private ProblemException problem(Code code, String value, String expected) {
        return new Problem(
                        code,
                        "%s: %s (expected: %s)".formatted(text(), shown(value), expected),
                        "rule '%s' has its reason in: %s".formatted(text(), source))
                .asException();
    }

    /** Cut, and without anything that a terminal or a log would take for more than text. */
    public static String shown(String value) {
        var text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            if (text.length() >= LONGEST_SHOWN) {
                return text.append("...").toString();
            }
            char c = value.charAt(i);
            if (c >= ' ' && c <= '~') {
                text.append(c);
            } else {
                text.append("\\u%04x".formatted((int) c));
            }
        }
        return text.toString();
    }
}
