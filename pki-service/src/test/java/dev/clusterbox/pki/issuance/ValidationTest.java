package dev.clusterbox.pki.issuance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Answer;
import dev.clusterbox.pki.request.Bytes;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.request.WeakKeyAttacks;
import dev.clusterbox.pki.rule.Rule;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /v1/csr:validate}. */
final class ValidationTest {

    private static final String SERVICE =
            "?profile=service&subject=CN=gateway&san=dns:gateway.clusterbox.internal&san=ip:127.0.0.1";

    @TempDir
    static Path state;

    private static RunningPki pki;

    @BeforeAll
    static void start() throws Exception {
        pki = RunningPki.on(state);
    }

    @AfterAll
    static void stop() {
        pki.close();
    }

    @Test
    void a_good_request_passes_every_rule() throws Exception {
        var csr = Csr.p256().subject("CN=gateway").dns("gateway.clusterbox.internal");
        var answer = validate(SERVICE + "&authority=installation", csr.der());

        assertEquals(200, answer.status(), answer::body);
        assertTrue(answer.body().contains("\"acceptable\":true"), answer::body);
        verdicts(answer).forEach((rule, verdict) -> {
            assertEquals("passed", verdict, rule::text);
        });
    }

    @Test
    void every_rule_that_refuses_says_what_was_found_and_expected() throws Exception {
        var csr = Csr.p256()
                .subject("CN=other,OU=more")
                .extension(Extension.basicConstraints, new BasicConstraints(true))
                .claiming(WeakKeyAttacks.somebodyElses());
        var answer = validate("?profile=agent&subject=CN=m1,O=system:masters&san=dns:*&authority=demo.etcd", csr.der());

        assertEquals(200, answer.status(), answer::body);
        assertTrue(answer.body().contains("\"acceptable\":false"), answer::body);
        assertEquals(
                Set.of(
                        Rule.PROFILE_AUTHORITY,
                        Rule.PROFILE_SUBJECT,
                        Rule.NO_WILDCARD,
                        Rule.PROOF_OF_POSSESSION,
                        Rule.SUBJECT_ATTRIBUTES,
                        Rule.NO_AUTHORITY),
                refused(answer));
        assertTrue(
                answer.body().contains("\"found\":\"basic constraints CA:TRUE\",\"expected\":\"CA:FALSE, or none\""),
                answer::body);
    }

    @Test
    void what_a_request_names_beyond_the_identity_is_found_even_if_its_signature_is_wrong() throws Exception {
        var csr = Csr.p256()
                .subject("CN=other")
                .dns("other.clusterbox.internal")
                .claiming(WeakKeyAttacks.somebodyElses());

        assertEquals(
                Set.of(Rule.PROOF_OF_POSSESSION, Rule.APPROVED_SUBJECT, Rule.APPROVED_NAMES),
                refused(validate(SERVICE, csr.der())));
    }

    @Test
    void what_cannot_be_read_has_the_rules_after_it_not_reached() throws Exception {
        var answer = validate(SERVICE, Bytes.bytes("no request"));
        var verdicts = verdicts(answer);

        assertEquals(Set.of(Rule.CSR_ENCODING), refused(answer));
        assertEquals("passed", verdicts.get(Rule.CSR_SIZE));
        assertEquals("passed", verdicts.get(Rule.PROFILE_SUBJECT));
        for (var rule : new Rule[] {Rule.CSR_STRUCTURE, Rule.KEY_TYPE, Rule.PROOF_OF_POSSESSION, Rule.APPROVED_NAMES}) {
            assertEquals("notReached", verdicts.get(rule), rule::text);
        }
    }

    @Test
    void nothing_is_signed_or_written_down() throws Exception {
        validate(SERVICE + "&authority=installation", Csr.p256().der());

        assertEquals(
                "{\"certificates\":[]}", pki.client().get("/v1/certificates").body());
        assertEquals("{\"authorities\":[]}", pki.client().get("/v1/authorities").body());
    }

    @Test
    void a_question_that_cannot_be_answered_is_a_problem() throws Exception {
        var csr = Csr.p256().der();

        assertEquals(400, validate("?subject=CN=a", csr).status());
        assertEquals(400, validate("?profile=agent", csr).status());
        assertEquals(400, validate("?profile=none&subject=CN=a", csr).status());
        assertEquals(400, validate(SERVICE + "&authority=none", csr).status());
        assertEquals(
                400,
                validate(SERVICE + "&authority=installation&authority=installation", csr)
                        .status());
        assertEquals(400, validate(SERVICE + "&colour=red", csr).status());
    }

    private static Answer validate(String query, byte[] csr) throws Exception {
        return pki.client()
                .send(pki.client()
                        .request("/v1/csr:validate" + query.replace("*", "%2a"))
                        .header("Content-Type", "application/pkcs10")
                        .POST(BodyPublishers.ofByteArray(csr)));
    }

    private static Set<Rule> refused(Answer answer) {
        var refused = new TreeSet<Rule>();
        verdicts(answer).forEach((rule, verdict) -> {
            if (verdict.equals("refused")) {
                refused.add(rule);
            }
        });
        return refused;
    }

    private static Map<Rule, String> verdicts(Answer answer) {
        var verdicts = new EnumMap<Rule, String>(Rule.class);
        for (var rule : Rule.OF_REQUESTS) {
            var matcher = Pattern.compile(
                            "\"rule\":\"%s\",\"verdict\":\"([a-zA-Z]+)\",\"source\"".formatted(rule.text()))
                    .matcher(answer.body());
            assertTrue(matcher.find(), () -> rule.text() + " in " + answer.body());
            verdicts.put(rule, matcher.group(1));
        }
        assertEquals(Rule.OF_REQUESTS, verdicts.keySet());
        return verdicts;
    }
}
