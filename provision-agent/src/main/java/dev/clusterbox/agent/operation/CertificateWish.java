package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.identity.CertificateChain;
import dev.clusterbox.agent.identity.Pem;
import dev.clusterbox.problem.Problem;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * What a certificate shall say, and of whom.
 *
 * @param trusted the authorities that are to be trusted; the first one signs
 */
record CertificateWish(String profile, X500Principal subject, Set<String> names, List<X509Certificate> trusted) {

    /** More than an authority ever has generations at once. */
    private static final int MOST_TRUSTED = 16;

    private static final int DNS = 2;
    private static final int IP = 7;

    static CertificateWish parse(String profile, String subject, Collection<String> names, String trusted) {
        if (!profile.matches("[a-z][a-z0-9-]{0,62}")) {
            throw Problem.invalid("profile: %s (expected: a name such as etcd-peer)".formatted(profile), "")
                    .asException();
        }
        var parsed = new TreeSet<String>();
        for (var name : names) {
            parsed.add(name(name));
        }
        try {
            return new CertificateWish(profile, new X500Principal(subject), parsed, trusted(trusted));
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("subject: %s (expected: RFC 4514, such as CN=controller-1)".formatted(subject), "")
                    .asException();
        }
    }

    private static List<X509Certificate> trusted(String pem) {
        var trusted = Pem.certificates(pem);
        if (trusted.isEmpty() || trusted.size() > MOST_TRUSTED) {
            throw Problem.invalid(
                            "%d authorities (expected: 1 to %d, as PEM)".formatted(trusted.size(), MOST_TRUSTED), "")
                    .asException();
        }
        return List.copyOf(trusted);
    }

    X509Certificate authority() {
        return trusted.getFirst();
    }

    String trustedPem() {
        return trusted.stream().map(CertificateChain::encode).collect(Collectors.joining());
    }

    private static String name(String text) {
        try {
            if (text.startsWith("ip:")) {
                return "ip:" + InetAddress.ofLiteral(text.substring(3)).getHostAddress();
            }
            if (text.matches("dns:(\\*\\.)?[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*")) {
                return text;
            }
        } catch (IllegalArgumentException e) {
            // No address; refused below.
        }
        throw Problem.invalid("name: %s (expected: dns:NAME or ip:ADDRESS)".formatted(text), "")
                .asException();
    }

    /** Why this certificate is not the one; empty where it is. */
    List<String> unmetBy(CertificateChain chain, Instant now) {
        var reasons = new ArrayList<String>();
        if (!sameSubject(chain.leaf())) {
            reasons.add("it names " + chain.leaf().getSubjectX500Principal().getName());
        }
        if (!namesOf(chain.leaf()).equals(names)) {
            reasons.add("it has the names " + String.join(", ", namesOf(chain.leaf())));
        }
        if (!chain.isOf(authority())) {
            reasons.add("it is of another authority");
        }
        if (now.isAfter(chain.after(2, 3))) {
            reasons.add("less than a third of its life is left");
        }
        return reasons;
    }

    /** Whatever the order and the encoding of its parts: both are the authority's to choose. */
    private boolean sameSubject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded())
                .equals(X500Name.getInstance(subject.getEncoded()));
    }

    private static Set<String> namesOf(X509Certificate certificate) {
        var names = new TreeSet<String>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            for (var alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                var kind = (Integer) alternative.getFirst();
                names.add(
                        switch (kind) {
                            case DNS -> "dns:" + alternative.get(1);
                            case IP -> name("ip:" + alternative.get(1));
                            default -> "other:" + alternative.get(1);
                        });
            }
        } catch (CertificateParsingException e) {
            names.add("unreadable");
        }
        return names;
    }
}
