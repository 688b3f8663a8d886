package dev.clusterbox.pki.issuance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each attack is a case, with the rule that has to refuse it. */
final class SigningRequestTest {

    private static final ASN1ObjectIdentifier UPN = new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2.3");

    static Stream<Arguments> attacks() {
        return Stream.of(encodings(), keys(), subjects(), names(), extensions()).flatMap(it -> it);
    }

    private static Stream<Arguments> encodings() {
        var good = Csr.p256().subject("CN=a").der();
        return Stream.of(
                arguments("nothing", Rule.CSR_ENCODING, new byte[0]),
                arguments("10 MB", Rule.CSR_SIZE, new byte[10_000_000]),
                arguments("one byte too many", Rule.CSR_SIZE, new byte[SigningRequest.LARGEST + 1]),
                arguments("text", Rule.CSR_ENCODING, bytes("please sign me")),
                arguments("a truncated one", Rule.CSR_ENCODING, Arrays.copyOf(good, good.length - 1)),
                arguments("its first byte", Rule.CSR_ENCODING, Arrays.copyOf(good, 1)),
                arguments("a byte after the end", Rule.CSR_ENCODING, Arrays.copyOf(good, good.length + 1)),
                arguments("two in DER", Rule.CSR_ENCODING, join(good, good)),
                arguments("two in PEM", Rule.CSR_ENCODING, bytes(pem(good) + pem(good))),
                arguments("text before PEM", Rule.CSR_ENCODING, bytes("Certificate Request:\n" + pem(good))),
                arguments("text after PEM", Rule.CSR_ENCODING, bytes(pem(good) + "and more")),
                arguments(
                        "PEM of a key",
                        Rule.CSR_ENCODING,
                        bytes(pem(good).replace("CERTIFICATE REQUEST", "PRIVATE KEY"))),
                arguments(
                        "PEM with a header",
                        Rule.CSR_ENCODING,
                        bytes(pem(good).replaceFirst("\n", "\nProc-Type: 4,ENCRYPTED\n\n"))),
                arguments(
                        "PEM without its end",
                        Rule.CSR_ENCODING,
                        bytes(pem(good).replaceFirst("-----END.*", ""))),
                arguments("empty PEM", Rule.CSR_ENCODING, bytes(pem(new byte[0]))),
                arguments("deep nesting", Rule.CSR_ENCODING, nested(15_000)),
                arguments(
                        "an indefinite length", Rule.CSR_ENCODING, new byte[] {0x30, (byte) 0x80, 0x05, 0x00, 0x00, 0x00
                        }),
                arguments("a length of 4 GiB", Rule.CSR_ENCODING, new byte[] {0x30, (byte) 0x84, -1, -1, -1, -1}),
                arguments(
                        "a length of 2^1000", Rule.CSR_ENCODING, join(new byte[] {0x30, (byte) 0xfe}, filled(126, -1))),
                arguments(
                        "a length in too many bytes", Rule.CSR_ENCODING, new byte[] {0x30, (byte) 0x81, 0x02, 0x05, 0x00
                        }),
                arguments("a length beyond the end", Rule.CSR_ENCODING, new byte[] {0x30, 0x7f, 0x05, 0x00}),
                arguments("many small values", Rule.CSR_ENCODING, sequence(repeated(new byte[] {0x05, 0x00}, 20_000))),
                arguments("an empty sequence", Rule.CSR_STRUCTURE, new byte[] {0x30, 0x00}),
                arguments(
                        "a huge version",
                        Rule.CSR_STRUCTURE,
                        sequence(sequence(join(new byte[] {0x02, (byte) 0x82, 0x70, 0x00}, filled(0x7000, 0x7f))))),
                arguments("a certificate", Rule.CSR_STRUCTURE, sequence(sequence(good))),
                arguments(
                        "another version",
                        Rule.CSR_STRUCTURE,
                        replaced(good, new byte[] {0x02, 0x01, 0x00}, new byte[] {0x02, 0x01, 0x01})));
    }

    private static Stream<Arguments> keys() {
        var good = Csr.p256().subject("CN=a").der();
        var broken = good.clone();
        broken[good.length - 1] ^= 1;
        var other = SubjectPublicKeyInfo.getInstance(
                Csr.keys("EC", new ECGenParameterSpec("secp256r1")).getPublic().getEncoded());
        var point = Csr.P256.getPublic().getEncoded();
        point[point.length - 1] ^= 1;
        return Stream.of(
                arguments("a broken signature", Rule.PROOF_OF_POSSESSION, broken),
                arguments(
                        "somebody else's key",
                        Rule.PROOF_OF_POSSESSION,
                        Csr.p256().claiming(other).der()),
                arguments(
                        "a changed subject",
                        Rule.PROOF_OF_POSSESSION,
                        replaced(Csr.p256().subject("CN=abc").der(), bytes("abc"), bytes("abd"))),
                arguments(
                        "SHA-1",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.p256().signedWith("SHA1withECDSA").der()),
                arguments(
                        "SHA-1 with RSA",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.with(Csr.RSA_2048).signedWith("SHA1withRSA").der()),
                arguments(
                        "MD5",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.with(Csr.RSA_2048).signedWith("MD5withRSA").der()),
                arguments(
                        "an RSA key that an EC key signed for",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.p256().claiming(info(Csr.RSA_2048)).der()),
                arguments(
                        "P-521",
                        Rule.EC_KEY,
                        Csr.with(Csr.keys("EC", new ECGenParameterSpec("secp521r1")))
                                .der()),
                arguments(
                        "a curve without a name",
                        Rule.EC_KEY,
                        Csr.p256().claiming(ec(DERNull.INSTANCE)).der()),
                arguments(
                        "secp256k1",
                        Rule.EC_KEY,
                        Csr.p256().claiming(ec(SECObjectIdentifiers.secp256k1)).der()),
                arguments(
                        "a point beside the curve",
                        Rule.EC_KEY,
                        Csr.p256()
                                .claiming(SubjectPublicKeyInfo.getInstance(point))
                                .der()),
                arguments(
                        "RSA with 1024 bits",
                        Rule.RSA_KEY,
                        Csr.with(Csr.keys("RSA", new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4)))
                                .signedWith("SHA256withRSA")
                                .der()),
                arguments(
                        "RSA with 100,000 bits",
                        Rule.RSA_KEY,
                        Csr.p256()
                                .claiming(rsa(BigInteger.TWO.pow(100_000).subtract(BigInteger.ONE), 65537))
                                .der()),
                arguments(
                        "an exponent of 3",
                        Rule.RSA_KEY,
                        Csr.p256().claiming(rsa(modulus(), 3)).der()),
                arguments(
                        "an exponent of 1",
                        Rule.RSA_KEY,
                        Csr.p256().claiming(rsa(modulus(), 1)).der()),
                arguments(
                        "an even exponent",
                        Rule.RSA_KEY,
                        Csr.p256().claiming(rsa(modulus(), 65538)).der()),
                arguments(
                        "an even modulus",
                        Rule.RSA_KEY,
                        Csr.p256()
                                .claiming(rsa(modulus().add(BigInteger.ONE), 65537))
                                .der()),
                arguments(
                        "a modulus with the factor 3",
                        Rule.RSA_KEY,
                        Csr.p256()
                                .claiming(rsa(BigInteger.TWO.pow(2048).subtract(BigInteger.ONE), 65537))
                                .der()),
                arguments(
                        "a negative modulus",
                        Rule.RSA_KEY,
                        Csr.p256().claiming(rsa(modulus().negate(), 65537)).der()),
                arguments(
                        "X25519",
                        Rule.KEY_TYPE,
                        Csr.p256()
                                .claiming(info(Csr.keys("X25519", NamedParameterSpec.X25519)))
                                .der()),
                arguments(
                        "Ed448",
                        Rule.KEY_TYPE,
                        Csr.with(Csr.keys("Ed448", NamedParameterSpec.ED448))
                                .signedWith("Ed448")
                                .der()));
    }

    private static Stream<Arguments> subjects() {
        return Stream.of(
                arguments(
                        "two common names",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a,CN=b").der()),
                arguments(
                        "an organizational unit",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a,OU=b").der()),
                arguments(
                        "a mail address",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a,E=a@b").der()),
                arguments(
                        "a country",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("C=DE,CN=a").der()),
                arguments(
                        "two attributes in one",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a+O=b").der()),
                arguments(
                        "many organizations",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256()
                                .subject(IntStream.range(0, 11)
                                        .mapToObj(i -> "O=o" + i)
                                        .collect(Collectors.joining(",")))
                                .der()),
                arguments(
                        "a null byte",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(cn(new DERUTF8String("admin\0.evil")))
                                .der()),
                arguments(
                        "a line end",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a\nCN=b"))).der()),
                arguments(
                        "an escape sequence",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a\u001b[2J"))).der()),
                arguments(
                        "a Cyrillic letter",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("\u0430dmin"))).der()),
                arguments(
                        "text from right to left",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a\u202eb"))).der()),
                arguments(
                        "a comma",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(cn(new DERUTF8String("a,O=system:masters")))
                                .der()),
                arguments(
                        "65 characters",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(cn(new DERUTF8String("a".repeat(65))))
                                .der()),
                arguments(
                        "an empty name",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String(""))).der()),
                arguments(
                        "a space at the end",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a "))).der()),
                arguments(
                        "UTF-16",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERBMPString("a"))).der()),
                arguments(
                        "a number for a name",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(new X500Name(new RDN[] {new RDN(BCStyle.CN, new ASN1Integer(1))}))
                                .der()));
    }

    private static Stream<Arguments> names() {
        var dns = Stream.of(
                        "a_b",
                        "a..b",
                        ".a",
                        "a.",
                        "-a",
                        "a-",
                        "a b",
                        "a\0.b",
                        "ab--cd",
                        "xn--80ak6aa92e",
                        "1.2.3.4",
                        "a.1",
                        "a.0x7f",
                        "",
                        "a".repeat(64),
                        "a.".repeat(127) + "bc",
                        "a/b",
                        "a\nb")
                .map(name -> arguments(
                        "the DNS name '%s'".formatted(Rule.shown(name)),
                        Rule.DNS_NAME,
                        Csr.p256().dns(name).der()));
        var addresses = Stream.of(
                        "",
                        "0a",
                        "0a0000",
                        "0a000001ffffff00",
                        "00000000",
                        "ffffffff",
                        "e0000001",
                        "00000000000000000000000000000000",
                        "00000000000000000000ffff0a000001",
                        "ff020000000000000000000000000001")
                .map(hex -> arguments(
                        "the address " + hex,
                        Rule.IP_ADDRESS,
                        Csr.p256()
                                .names(new GeneralName(
                                        GeneralName.iPAddress,
                                        new DEROctetString(HexFormat.of().parseHex(hex))))
                                .der()));
        var others = Stream.of(
                arguments(
                        "a wildcard",
                        Rule.NO_WILDCARD,
                        Csr.p256().dns("*.example.org").der()),
                arguments(
                        "a wildcard inside",
                        Rule.NO_WILDCARD,
                        Csr.p256().dns("a*.example.org").der()),
                arguments(
                        "a mail address as name",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.rfc822Name, "a@b.c"))
                                .der()),
                arguments(
                        "a URI",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://a/b"))
                                .der()),
                arguments(
                        "a directory name",
                        Rule.NAME_TYPES,
                        Csr.p256().names(new GeneralName(new X500Name("CN=a"))).der()),
                arguments(
                        "a user principal name",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.otherName, new DERSequence(new ASN1Encodable[] {
                                    UPN, new DERTaggedObject(true, 0, new DERUTF8String("admin@corp"))
                                })))
                                .der()),
                arguments(
                        "a registered id",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.registeredID, "1.2.3"))
                                .der()),
                arguments(
                        "101 names",
                        Rule.NAME_COUNT,
                        Csr.p256()
                                .names(IntStream.range(0, 101)
                                        .mapToObj(i -> new GeneralName(GeneralName.dNSName, "n" + i))
                                        .toArray(GeneralName[]::new))
                                .der()));
        return Stream.of(dns, addresses, others).flatMap(it -> it);
    }

    private static Stream<Arguments> extensions() {
        return Stream.of(
                arguments(
                        "CA:TRUE",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(Extension.basicConstraints, new BasicConstraints(true))
                                .der()),
                arguments(
                        "a path length",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(Extension.basicConstraints, new BasicConstraints(3))
                                .der()),
                arguments(
                        "keyCertSign",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign))
                                .der()),
                arguments(
                        "cRLSign",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(
                                        Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.cRLSign))
                                .der()),
                arguments(
                        "name constraints",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(Extension.nameConstraints, new DERSequence())
                                .der()),
                arguments(
                        "an unknown extension",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(new ASN1ObjectIdentifier("1.2.3.4"), DERNull.INSTANCE)
                                .der()),
                arguments(
                        "another authority's identifier",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(Extension.authorityKeyIdentifier, new DERSequence())
                                .der()),
                arguments(
                        "a template of Microsoft's",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2"), new DERBMPString("SubCA"))
                                .der()),
                arguments(
                        "a challenge password",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(
                                        PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERUTF8String("secret"))
                                .der()),
                arguments(
                        "two extension requests",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERSequence())
                                .dns("a")
                                .der()),
                arguments(
                        "an extension request with two values",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(
                                        PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                                        new DERSequence(),
                                        new DERSequence(new DERSequence()))
                                .der()),
                arguments(
                        "an extension request without value",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)
                                .der()),
                arguments(
                        "an extension twice",
                        Rule.CSR_STRUCTURE,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, twice())
                                .der()),
                arguments(
                        "an extension with garbage",
                        Rule.CSR_ENCODING,
                        Csr.p256()
                                .extension(Extension.subjectAlternativeName, bytes("garbage"))
                                .der()),
                arguments(
                        "an extension with deep nesting",
                        Rule.CSR_ENCODING,
                        Csr.p256()
                                .extension(Extension.subjectAlternativeName, nested(10_000))
                                .der()),
                arguments(
                        "an extension of another type",
                        Rule.CSR_STRUCTURE,
                        Csr.p256()
                                .extension(Extension.subjectAlternativeName, new DERUTF8String("a"))
                                .der()),
                arguments(
                        "no extensions in the request for them",
                        Rule.CSR_STRUCTURE,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERUTF8String("a"))
                                .der()));
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
                Rule.SUBJECT_SYNTAX,
                Rule.APPROVED_SUBJECT,
                Rule.APPROVED_NAMES,
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
        var text = "\r\n" + pem(der).replace("CERTIFICATE", "NEW CERTIFICATE").replace("\n", "\r\n") + "\r\n";

        assertEquals("[CN=a]", SigningRequest.parse(bytes(text)).subject().toString());
    }

    private static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
                .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static X500Name cn(ASN1Encodable value) {
        return new X500Name(new RDN[] {new RDN(new AttributeTypeAndValue(BCStyle.CN, value))});
    }

    private static SubjectPublicKeyInfo info(KeyPair keys) {
        return SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
    }

    private static SubjectPublicKeyInfo ec(ASN1Encodable curve) {
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve),
                info(Csr.P256).getPublicKeyData().getBytes());
    }

    private static SubjectPublicKeyInfo rsa(BigInteger modulus, long exponent) {
        try {
            return new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                    new DERSequence(new ASN1Encodable[] {new ASN1Integer(modulus), new ASN1Integer(exponent)}));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static BigInteger modulus() {
        return ((RSAPublicKey) Csr.RSA_2048.getPublic()).getModulus();
    }

    private static DERSequence twice() {
        var extension = new Extension(Extension.subjectKeyIdentifier, false, new DEROctetString(new byte[] {4, 1, 1}));
        return new DERSequence(new ASN1Encodable[] {extension, extension});
    }

    /** Sequences in sequences, from the inside out. */
    private static byte[] nested(int depth) {
        byte[] inside = {};
        for (int i = 0; i < depth && inside.length < 30_000; i++) {
            inside = sequence(inside);
        }
        return inside;
    }

    private static byte[] sequence(byte[] content) {
        int length = content.length;
        var head = length < 0x80
                ? new byte[] {0x30, (byte) length}
                : length < 0x100
                        ? new byte[] {0x30, (byte) 0x81, (byte) length}
                        : new byte[] {0x30, (byte) 0x82, (byte) (length >> 8), (byte) length};
        return join(head, content);
    }

    private static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] repeated(byte[] part, int count) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] filled(int length, int value) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] replaced(byte[] in, byte[] from, byte[] to) {
        var text = new String(in, StandardCharsets.ISO_8859_1);
        var changed = text.replace(
                new String(from, StandardCharsets.ISO_8859_1), new String(to, StandardCharsets.ISO_8859_1));
        assertTrue(!changed.equals(text), "there was nothing to replace");
        return changed.getBytes(StandardCharsets.ISO_8859_1);
    }
}
