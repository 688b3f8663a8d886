package dev.clusterbox.pki.issuance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Answer;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.request.SigningRequestTest;
import dev.clusterbox.pki.rule.Rule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every malformed or hostile request through the real service: each gets a problem of its caller's with the rule, in bounded
 * time, and never a certificate.
 */
final class CorpusTest {

    /** Generous: the machine may be busy with other things. */
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private static final Wish GATEWAY = new Wish(
            "installation", "service", "CN=gateway", List.of("dns:gateway.clusterbox.internal", "ip:127.0.0.1"));

    @TempDir
    static Path state;

    private static RunningPki pki;

    @BeforeAll
    static void start() throws Exception {
        pki = RunningPki.on(state);
        assertEquals(201, pki.client().put("/v1/authorities/installation").status());
        // What has to be loaded the first time does not count.
        assertEquals(201, pki.client().issue(Wish.agent("m1"), Csr.p256().der()).status());
    }

    @AfterAll
    static void stop() {
        pki.close();
    }

    static Stream<Arguments> requests() {
        return Stream.concat(
                SigningRequestTest.attacks().map(it -> {
                    var attack = it.get();
                    return arguments(attack[0], attack[1], GATEWAY, attack[2]);
                }),
                wishes());
    }

    /** Requests that are right, for what nobody gets. */
    private static Stream<Arguments> wishes() {
        return Stream.of(
                wish("a profile of another authority", Rule.PROFILE_AUTHORITY, "etcd-client", "CN=a,O=etcd"),
                wish("an agent in the group system:masters", Rule.PROFILE_SUBJECT, "agent", "CN=a,O=system:masters"),
                wish("an agent without its group", Rule.PROFILE_SUBJECT, "agent", "CN=a"),
                wish(
                        "an agent with the name of a node",
                        Rule.PROFILE_SUBJECT,
                        "agent",
                        "CN=system:node:a,O=clusterbox:agents"),
                wish("an agent with a DNS name", Rule.PROFILE_NAMES, "agent", "CN=a,O=clusterbox:agents", "dns:a"),
                wish("a service without a name", Rule.PROFILE_NAMES, "service", "CN=gateway"),
                wish("a service with a foreign name", Rule.PROFILE_NAMES, "service", "CN=gateway", "dns:example.org"),
                wish("a subject that is none", Rule.SUBJECT_SYNTAX, "agent", "somebody"),
                wish("an empty subject", Rule.SUBJECT_SYNTAX, "agent", ""),
                wish("a subject with an empty attribute", Rule.SUBJECT_SYNTAX, "agent", "CN=a,,O=b"),
                wish("an unknown attribute", Rule.SUBJECT_ATTRIBUTES, "agent", "CN=a,UID=0"),
                wish("no common name", Rule.SUBJECT_ATTRIBUTES, "agent", "O=clusterbox:agents"),
                wish("an approved null byte", Rule.SUBJECT_TEXT, "agent", "CN=a\0b,O=clusterbox:agents"),
                wish("an approved umlaut", Rule.SUBJECT_TEXT, "agent", "CN=m\u00fcller,O=clusterbox:agents"),
                wish("an approved wildcard", Rule.NO_WILDCARD, "service", "CN=gateway", "dns:*"),
                wish("an approved mail address", Rule.NAME_TYPES, "service", "CN=gateway", "email:a@b"),
                wish("an approved URI", Rule.NAME_TYPES, "service", "CN=gateway", "uri:spiffe://a/b"),
                wish("an approved punycode name", Rule.DNS_NAME, "service", "CN=gateway", "dns:xn--80ak6aa92e"),
                wish(
                        "an approved homoglyph",
                        Rule.DNS_NAME,
                        "service",
                        "CN=gateway",
                        "dns:g\u0430teway.clusterbox.internal"),
                wish("an approved address of five numbers", Rule.IP_ADDRESS, "service", "CN=gateway", "ip:1.2.3.4.5"),
                wish("an approved network", Rule.IP_ADDRESS, "service", "CN=gateway", "ip:10.0.0.0/8"),
                wish("an approved octal address", Rule.IP_ADDRESS, "service", "CN=gateway", "ip:0177.0.0.1"),
                arguments(
                        "another subject than the approved",
                        Rule.APPROVED_SUBJECT,
                        GATEWAY,
                        Csr.p256().subject("CN=other").der()),
                arguments(
                        "another group than the approved",
                        Rule.APPROVED_SUBJECT,
                        GATEWAY,
                        Csr.p256().subject("CN=gateway,O=system:masters").der()),
                arguments(
                        "another name than the approved",
                        Rule.APPROVED_NAMES,
                        GATEWAY,
                        Csr.p256().dns("vm-service.clusterbox.internal").der()),
                arguments(
                        "a usage that the profile does not have",
                        Rule.PROFILE_USAGE,
                        Wish.agent("a"),
                        Csr.p256()
                                .extension(
                                        Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                                .der()),
                arguments(
                        "a key that the profile does not have",
                        Rule.PROFILE_KEY,
                        new Wish("demo-1.kubernetes", "signer", "CN=clusterbox:signer", List.of()),
                        Csr.with(Csr.RSA_2048).signedWith("SHA256withRSA").der()));
    }

    private static Arguments wish(String attack, Rule rule, String profile, String subject, String... names) {
        return arguments(
                attack,
                rule,
                new Wish("installation", profile, subject, List.of(names)),
                Csr.p256().der());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("requests")
    void is_refused_in_time(String attack, Rule rule, Wish wish, byte[] csr) throws Exception {
        var start = System.nanoTime();
        Answer answer = pki.client().issue(wish, csr);
        var took = Duration.ofNanos(System.nanoTime() - start);

        if (csr.length > 128 * 1024) {
            assertEquals(413, answer.status(), answer::body);
        } else {
            assertEquals(400, answer.status(), answer::body);
            // The server itself misses a body that is not there.
            var reason = csr.length == 0 ? "/csr: Required Body" : rule.text() + ": ";
            assertTrue(answer.body().contains("\"detail\":\"" + reason), answer::body);
        }
        assertEquals("application/problem+json", answer.contentType());
        assertTrue(!answer.body().contains("internal error"), answer::body);
        assertTrue(took.compareTo(DEADLINE) < 0, () -> attack + " took " + took);
    }

    @Test
    void there_are_more_than_two_hundred_and_no_two_are_the_same() {
        var names = requests().map(it -> (String) it.get()[0]).toList();
        var twice = new HashSet<String>();

        assertEquals(List.of(), names.stream().filter(name -> !twice.add(name)).toList());
        assertTrue(names.size() >= 200, () -> String.valueOf(names.size()));
    }

    @Test
    void every_rule_is_hit() {
        var expected = new TreeSet<>(Rule.OF_REQUESTS);
        // Who asks has no role here; ProfileTest asks it.
        expected.remove(Rule.PROFILE_ROLE);

        assertEquals(expected, requests().map(it -> (Rule) it.get()[1]).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void nothing_was_signed_for_any_of_them() throws Exception {
        var certificates = pki.client().get("/v1/certificates").body();

        assertEquals(2, certificates.split("\"serial\"", -1).length, certificates);
    }
}
