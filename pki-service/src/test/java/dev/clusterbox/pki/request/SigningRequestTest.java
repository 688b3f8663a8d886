package dev.clusterbox.pki.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each attack is a case, with the rule that has to refuse it. */
public final class SigningRequestTest {

    public static Stream<Arguments> attacks() {
        return Stream.of(
                        EncodingAttacks.all(),
                        TruncationAttacks.all(),
                        PemAttacks.all(),
                        KeyAttacks.all(),
                        WeakKeyAttacks.all(),
                        NameAttacks.subjects(),
                        NameAttacks.names(),
                        ExtensionAttacks.all())
                .flatMap(it -> it);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("attacks")
    void is_refused(String attack, Rule rule, byte[] request) {
        var start = System.nanoTime();
        var problem = assertThrows(ProblemException.class, () -> SigningRequest.parse(request), attack)
                .problem();
        var took = Duration.ofNanos(System.nanoTime() - start);

        assertEquals(Code.INVALID, problem.code());
        assertTrue(problem.message().startsWith(rule.text() + ": "), problem::message);
        assertTrue(problem.message().contains("(expected: "), problem::message);
        assertTrue(problem.message().matches("[ -~]*"), problem::message);
        assertTrue(problem.hint().contains(rule.source()), problem::hint);
        assertTrue(took.compareTo(Duration.ofSeconds(2)) < 0, took::toString);
    }

    @Test
    void there_is_an_attack_for_every_rule_of_parsing() {
        var attacked = attacks().map(it -> (Rule) it.get()[1]).collect(Collectors.toCollection(TreeSet::new));
        var elsewhere = Set.of(
                Rule.RENEWAL_STRUCTURE,
                Rule.RENEWAL_PROOF,
                Rule.SUBJECT_SYNTAX,
                Rule.APPROVED_SUBJECT,
                Rule.APPROVED_NAMES,
                Rule.PROFILE_ROLE,
                Rule.PROFILE_AUTHORITY,
                Rule.PROFILE_SUBJECT,
                Rule.PROFILE_NAMES,
                Rule.PROFILE_KEY,
                Rule.PROFILE_USAGE);
        var expected = Arrays.stream(Rule.values())
                .filter(rule -> !elsewhere.contains(rule))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(expected, attacked);
    }

    @Test
    void whatever_byte_is_changed_the_answer_is_a_problem_or_a_request() {
        var good = Csr.with(Csr.RSA_2048)
                .signedWith("SHA256withRSA")
                .subject("CN=a,O=b")
                .dns("a.example")
                .der();
        var random = new Random(20261122);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            var changed = good.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            if (Arrays.equals(good, changed)) {
                continue;
            }
            try {
                SigningRequest.parse(changed);
                throw new AssertionError("accepted: " + Base64.getEncoder().encodeToString(changed));
            } catch (ProblemException e) {
                assertEquals(Code.INVALID, e.problem().code());
                refused++;
            }
        }
        assertTrue(refused > 19_000);
    }

    @Test
    void an_empty_subject_is_fine() {
        var request = SigningRequest.parse(Csr.p256().der());

        assertEquals(List.of(), request.subject());
        assertEquals(Set.of(), request.names());
    }

    @Test
    void what_common_tools_ask_for_is_read() {
        var request = SigningRequest.parse(Csr.p256()
                .subject("O=system:nodes,CN=system:node:a")
                .names(
                        new GeneralName(GeneralName.dNSName, "A.Example"),
                        new GeneralName(GeneralName.iPAddress, "10.0.0.1"))
                .extension(Extension.basicConstraints, new BasicConstraints(false))
                .extension(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment))
                .extension(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .extension(Extension.subjectKeyIdentifier, new DEROctetString(new byte[20]))
                .der());

        assertEquals("[O=system:nodes, CN=system:node:a]", request.subject().toString());
        assertEquals("[dns:a.example, ip:10.0.0.1]", request.names().toString());
        assertEquals(Set.of(KeyPurposeId.id_kp_serverAuth.getId()), request.purposes());
    }

    @Test
    void each_allowed_key_is_accepted() {
        var types = Stream.of(
                        Csr.p256(),
                        Csr.with(Csr.keys("EC", new ECGenParameterSpec("secp384r1")))
                                .signedWith("SHA384withECDSA"),
                        Csr.with(Csr.RSA_2048).signedWith("SHA512withRSA"),
                        Csr.with(Csr.keys("Ed25519", NamedParameterSpec.ED25519))
                                .signedWith("Ed25519"))
                .map(csr -> SigningRequest.parse(csr.der()).key().type())
                .toList();

        assertEquals(List.of(KeyType.values()), types);
    }

    @Test
    void pem_may_have_other_line_ends_and_the_label_of_keytool() {
        var der = Csr.p256().subject("CN=a").der();
        var text = "\r\n"
                + Bytes.pem(der).replace("CERTIFICATE", "NEW CERTIFICATE").replace("\n", "\r\n") + "\r\n";

        assertEquals("[CN=a]", SigningRequest.parse(Bytes.bytes(text)).subject().toString());
    }
}
