package dev.clusterbox.pki.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.access.Rights.Scope;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.authority.PublicAddresses;
import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.inventory.SerialNumbers;
import dev.clusterbox.pki.issuance.CertificateWriter;
import dev.clusterbox.pki.issuance.Issuance;
import dev.clusterbox.pki.issuance.Issuance.Application;
import dev.clusterbox.pki.issuance.Issuer;
import dev.clusterbox.pki.issuance.LeafWriter;
import dev.clusterbox.pki.lint.Lint.Expected;
import dev.clusterbox.pki.profile.Profile.Approved;
import dev.clusterbox.pki.profile.Profiles;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.pki.request.WeakKeyAttacks;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.Caller.Role;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Certificates that are not what was approved, each wrong in one way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LintTest {

    private static final ASN1ObjectIdentifier UNKNOWN = new ASN1ObjectIdentifier("1.2.3.4");

    @TempDir
    static Path state;

    private RunningPki pki;
    private CertificateAuthority authority;
    private Expected expected;
    private final Lint lint = new Lint(new PublicAddresses(""));

    @BeforeAll
    void start() throws Exception {
        pki = RunningPki.on(state);
        pki.client().put("/v1/authorities/installation");
        authority = pki.bean(CertificateAuthorities.class).named("installation");
        expected = expected(Instant.now().truncatedTo(ChronoUnit.SECONDS), Duration.ofDays(365));
    }

    @AfterAll
    void stop() {
        pki.close();
    }

    @Test
    void what_the_writer_writes_passes() {
        for (var csr : List.of(Csr.p256(), Csr.with(Csr.RSA_2048).signedWith("SHA256withRSA"))) {
            var approved = approved(csr);
            var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            var right = new Expected(authority, approved, expected.serial(), now, now.plus(Duration.ofDays(90)));

            lint.check(Forged.written(right).bytes(), right);
        }
    }

    Stream<Arguments> forgeries() {
        var cert = Forged.written(expected);
        var der = cert.bytes();
        var broken = der.clone();
        broken[der.length - 1] ^= 1;
        return Stream.of(
                arguments("der", "a byte after the end", Arrays.copyOf(der, der.length + 1)),
                arguments("der", "a truncated one", Arrays.copyOf(der, der.length - 1)),
                arguments("der", "a length in too many bytes", Forged.withLongLength(der)),
                arguments("syntax", "an extension twice", cert.extensionTwice().bytes()),
                arguments("syntax", "something else", new byte[] {0x30, 0x00}),
                arguments("version", "version 1", cert.firstVersion().bytes()),
                arguments(
                        "serial",
                        "another serial",
                        cert.with(1, new ASN1Integer(expected.serial().add(BigInteger.ONE)))
                                .bytes()),
                arguments(
                        "serial",
                        "a negative serial",
                        cert.with(1, new ASN1Integer(expected.serial().negate()))
                                .bytes()),
                arguments(
                        "serial",
                        "a short serial",
                        cert.with(1, new ASN1Integer(5)).bytes()),
                arguments(
                        "issuer",
                        "another issuer",
                        cert.with(3, new X500Name("CN=other")).bytes()),
                arguments(
                        "subject",
                        "another subject",
                        cert.with(5, new X500Name("CN=other")).bytes()),
                arguments(
                        "subject",
                        "one attribute more",
                        cert.with(5, new X500Name("O=system:masters,CN=gateway"))
                                .bytes()),
                arguments(
                        "not-before",
                        "an earlier begin",
                        cert.with(4, validity("250101000000Z", "270101000000Z")).bytes()),
                arguments(
                        "not-after",
                        "a later end",
                        cert.withEnd(expected, Duration.ofDays(1)).bytes()),
                arguments(
                        "time",
                        "GeneralizedTime before 2050",
                        cert.withGeneralizedTimes(expected).bytes()),
                arguments(
                        "public-key",
                        "another key",
                        cert.with(6, WeakKeyAttacks.somebodyElses()).bytes()),
                arguments(
                        "unique-ids", "a unique identifier", cert.withUniqueId().bytes()),
                arguments("signature", "a broken signature", broken),
                arguments(
                        "signature",
                        "somebody else's signature",
                        cert.signedBy(Csr.P256).bytes()),
                arguments(
                        "critical-extensions",
                        "an unknown extension that is critical",
                        cert.extension(UNKNOWN, true, DERNull.INSTANCE).bytes()),
                arguments(
                        "critical-extensions",
                        "critical extended key usages",
                        cert.critical(Extension.extendedKeyUsage, true).bytes()),
                arguments(
                        "critical-extensions",
                        "basic constraints that are not critical",
                        cert.critical(Extension.basicConstraints, false).bytes()),
                arguments(
                        "critical-extensions",
                        "no key usage",
                        cert.without(Extension.keyUsage).bytes()),
                arguments(
                        "other-extensions",
                        "an unknown extension",
                        cert.extension(UNKNOWN, false, DERNull.INSTANCE).bytes()),
                arguments(
                        "other-extensions",
                        "no alternative names",
                        cert.without(Extension.subjectAlternativeName).bytes()),
                arguments(
                        "other-extensions",
                        "no authority key identifier",
                        cert.without(Extension.authorityKeyIdentifier).bytes()),
                arguments(
                        "basic-constraints",
                        "CA:TRUE",
                        cert.extension(Extension.basicConstraints, true, new BasicConstraints(true))
                                .bytes()),
                arguments(
                        "basic-constraints",
                        "a path length",
                        cert.extension(Extension.basicConstraints, true, new BasicConstraints(0))
                                .bytes()),
                arguments(
                        "key-usage",
                        "keyCertSign",
                        cert.extension(
                                        Extension.keyUsage,
                                        true,
                                        new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign))
                                .bytes()),
                arguments(
                        "key-usage",
                        "keyEncipherment with an EC key",
                        cert.extension(
                                        Extension.keyUsage,
                                        true,
                                        new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment))
                                .bytes()),
                arguments(
                        "extended-key-usage",
                        "code signing",
                        cert.extension(
                                        Extension.extendedKeyUsage,
                                        false,
                                        new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning))
                                .bytes()),
                arguments(
                        "extended-key-usage",
                        "one less",
                        cert.extension(
                                        Extension.extendedKeyUsage,
                                        false,
                                        new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                                .bytes()),
                arguments(
                        "alternative-names",
                        "a name more",
                        names(cert, "gateway.clusterbox.internal", "example.org")
                                .bytes()),
                arguments(
                        "alternative-names",
                        "another name",
                        names(cert, "example.org").bytes()),
                arguments(
                        "alternative-names",
                        "a name twice",
                        names(cert, "gateway.clusterbox.internal", "gateway.clusterbox.internal")
                                .bytes()),
                arguments(
                        "subject-key-identifier",
                        "another key's identifier",
                        cert.extension(Extension.subjectKeyIdentifier, false, new DEROctetString(new byte[20]))
                                .bytes()),
                arguments(
                        "authority-key-identifier",
                        "another authority's identifier",
                        cert.extension(
                                        Extension.authorityKeyIdentifier,
                                        false,
                                        new DERSequence(
                                                new DERTaggedObject(false, 0, new DEROctetString(new byte[20]))))
                                .bytes()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("forgeries")
    void is_found(String name, String forgery, byte[] der) {
        var problem = assertThrows(ProblemException.class, () -> lint.check(der, expected), forgery)
                .problem();

        assertEquals(Code.FAILED, problem.code());
        assertTrue(problem.message().startsWith("lint-" + name + ": "), problem::message);
        assertTrue(Lint.isFinding(problem));
    }

    @Test
    void a_wrong_signature_with_rsa_is_found() throws Exception {
        pki.client().put("/v1/authorities/demo.etcd?keyType=rsa-2048");
        var rsa = pki.bean(CertificateAuthorities.class).named("demo.etcd");
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var approved = approved(Csr.p256());
        var right = new Expected(rsa, approved, expected.serial(), now, now.plus(Duration.ofDays(90)));
        var cert = Forged.written(right).bytes();
        var wrong = cert.clone();
        wrong[cert.length - 1] ^= 1;

        lint.check(cert, right);
        assertThrows(ProblemException.class, () -> lint.check(wrong, right));
    }

    @Test
    void addresses_are_those_of_the_configuration() {
        var at = new PublicAddresses("http://pki.example:8081/x");
        var with = new Lint(at);
        var written = CertificateWriter.leaf(
                authority, expected.approved(), at, expected.serial(), expected.notBefore(), expected.notAfter());
        var cert = Der.of(written);

        with.check(cert, expected);
        assertFound(lint, "other-extensions", cert);
        assertFound(with, "other-extensions", Forged.written(expected).bytes());
        assertFound(new Lint(new PublicAddresses("http://other.example/x")), "revocation-lists", cert);
        var root = authority.record();
        var lists = new PublicAddresses("http://pki.example:8081/x")
                .revocationList(root)
                .orElseThrow();
        var elsewhere =
                new PublicAddresses("http://other.example").information(root).orElseThrow();
        assertFound(
                with,
                "authority-information",
                Forged.written(expected)
                        .extension(lists.getExtnId(), false, lists.getParsedValue())
                        .extension(elsewhere.getExtnId(), false, elsewhere.getParsedValue())
                        .bytes());
    }

    /** The quick look and the slow one are of one mind. */
    @Test
    void what_is_as_expected_byte_for_byte_passes_each_check_of_its_own() {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var far = Instant.parse("2050-01-01T00:00:00Z");
        assertTrue(bytesAre(expected));
        for (var csr : List.of(Csr.p256(), Csr.with(Csr.RSA_2048).signedWith("SHA256withRSA"))) {
            assertTrue(bytesAre(
                    new Expected(authority, approved(csr), expected.serial(), now, now.plus(Duration.ofDays(90)))));
            assertTrue(
                    bytesAre(new Expected(authority, approved(csr), BigInteger.TWO.pow(64), far, far.plusSeconds(1))));
        }
    }

    private boolean bytesAre(Expected right) {
        return ExpectedBytes.are(Forged.written(right).bytes(), right, lint.authority(authority), Optional.empty());
    }

    private static void assertFound(Lint lint, String name, byte[] der, Expected expected) {
        var problem = assertThrows(ProblemException.class, () -> lint.check(der, expected))
                .problem();
        assertTrue(problem.message().startsWith("lint-" + name + ": "), problem::message);
    }

    private void assertFound(Lint with, String name, byte[] der) {
        assertFound(with, name, der, expected);
    }

    @Test
    void a_certificate_that_outlives_its_profile_or_its_authority_is_found() {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        assertFound("validity", expected(now, Duration.ofDays(400)));
        assertFound("validity", expected(now, Duration.ofSeconds(-1)));
        assertFound("validity-of-authority", expected(now.minus(Duration.ofDays(1)), Duration.ofDays(365)));
    }

    @Test
    void there_is_a_forgery_for_each_check() {
        var found = forgeries().map(it -> (String) it.get()[0]).collect(Collectors.toCollection(TreeSet::new));
        found.addAll(Set.of("validity", "validity-of-authority", "revocation-lists", "authority-information"));

        assertEquals(
                new TreeSet<>(List.of(
                        "der",
                        "syntax",
                        "version",
                        "serial",
                        "issuer",
                        "subject",
                        "not-before",
                        "not-after",
                        "validity",
                        "validity-of-authority",
                        "unique-ids",
                        "time",
                        "public-key",
                        "critical-extensions",
                        "other-extensions",
                        "basic-constraints",
                        "key-usage",
                        "extended-key-usage",
                        "alternative-names",
                        "subject-key-identifier",
                        "authority-key-identifier",
                        "revocation-lists",
                        "authority-information",
                        "signature")),
                found);
    }

    @Test
    void what_is_wrong_is_neither_stored_nor_handed_out_but_written_down() throws Exception {
        LeafWriter careless =
                (ca, approved, serial, from, to) -> Forged.written(new Expected(ca, approved, serial, from, to))
                        .extension(Extension.basicConstraints, true, new BasicConstraints(true))
                        .holder();
        var audit = pki.bean(AuditLog.class);
        var issuer = new Issuer(
                pki.bean(Database.class),
                pki.bean(Authorities.class),
                pki.bean(Inventory.class),
                audit,
                careless,
                lint,
                pki.bean(SerialNumbers.class),
                InstantSource.system());
        var application = new Application(
                "installation",
                "service",
                "CN=gateway",
                List.of("dns:gateway.clusterbox.internal"),
                new Rights("tests", Role.ADMIN, Scope.EVERYTHING),
                Optional.empty());
        var issuance = new Issuance(pki.bean(CertificateAuthorities.class), new Profiles(""), issuer, audit);
        var csr = Csr.p256().der();
        var e = assertThrows(ProblemException.class, () -> issuance.issue(application, csr));

        assertEquals(Code.FAILED, e.problem().code());
        assertEquals(500, e.problem().code().status());
        assertEquals(
                "{\"certificates\":[]}", pki.client().get("/v1/certificates").body());
        var written = pki.client().get("/v1/audit?event=LINT_FAILED").body();
        assertTrue(written.contains("lint-basic-constraints: "), written);
    }

    private void assertFound(String name, Expected wrong) {
        var e = assertThrows(
                ProblemException.class, () -> lint.check(Forged.written(wrong).bytes(), wrong));
        assertTrue(e.problem().message().startsWith("lint-" + name + ": "), e::toString);
    }

    private Expected expected(Instant from, Duration validity) {
        return new Expected(
                authority,
                approved(Csr.p256()),
                BigInteger.TWO.pow(127).add(BigInteger.valueOf(7)),
                from,
                from.plus(validity));
    }

    private Approved approved(Csr csr) {
        return new Profiles("")
                .named("service")
                .approve(
                        SigningRequest.parse(csr.der()),
                        Identity.parse("CN=gateway", List.of("dns:gateway.clusterbox.internal")));
    }

    private static Forged names(Forged certificate, String... names) {
        return certificate.extension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(Stream.of(names)
                        .map(name -> new GeneralName(GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new)));
    }

    private static DERSequence validity(String from, String to) {
        return new DERSequence(new DERUTCTime[] {new DERUTCTime(from), new DERUTCTime(to)});
    }
}
