package dev.clusterbox.pki.issuance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.Tool;
import dev.clusterbox.pki.request.Csr;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests as the tools of others write them get certificates that the tools of others accept. */
final class ToolsTest {

    private static final Wish GATEWAY = new Wish(
            "installation", "service", "CN=gateway", List.of("dns:gateway.clusterbox.internal", "ip:127.0.0.1"));

    @TempDir
    static Path state;

    private static RunningPki pki;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        pki = RunningPki.on(state);
        assertEquals(201, pki.client().put("/v1/authorities/installation").status());
    }

    @AfterAll
    static void stop() {
        pki.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                arguments("openssl, RSA", openssl("rsa:2048")),
                arguments("openssl, RSA with 3072 bits", openssl("rsa:3072")),
                arguments("openssl, P-256", openssl("ec -pkeyopt ec_paramgen_curve:P-256")),
                arguments("openssl, P-384", openssl("ec -pkeyopt ec_paramgen_curve:P-384")),
                arguments("openssl, Ed25519", openssl("ed25519")),
                arguments("certtool, RSA", certtool("--key-type=rsa --bits=2048")),
                arguments("certtool, P-256", certtool("--key-type=ecdsa --curve=secp256r1")),
                arguments("certtool, P-384", certtool("--key-type=ecdsa --curve=secp384r1")),
                arguments("certtool, Ed25519", certtool("--key-type=ed25519")),
                arguments("keytool, RSA", keytool("-keyalg RSA -keysize 2048")),
                arguments("keytool, P-256", keytool("-keyalg EC -groupname secp256r1")),
                arguments("keytool, P-384", keytool("-keyalg EC -groupname secp384r1")),
                arguments("keytool, Ed25519", keytool("-keyalg Ed25519")),
                arguments("BouncyCastle, P-256", (Writer) ToolsTest::bouncyCastle));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void gets_a_certificate_that_all_accept(String tool, Writer writer) throws Exception {
        var answer = pki.client().issue(GATEWAY, writer.write(folder));

        assertEquals(201, answer.status(), answer::body);
        Files.writeString(folder.resolve("leaf.pem"), answer.field("certificate"));
        Files.writeString(folder.resolve("ca.pem"), answer.field("authorityCertificate"));
        Tool.run(folder, "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem", "leaf.pem");
        Tool.run(
                folder,
                "certtool",
                "--verify",
                "--verify-profile=medium",
                "--verify-hostname=gateway.clusterbox.internal",
                "--verify-purpose=1.3.6.1.5.5.7.3.1",
                "--load-ca-certificate=ca.pem",
                "--infile=leaf.pem");
        requireJavaAccepts(certificate(answer.field("certificate")), certificate(answer.field("authorityCertificate")));
    }

    private static void requireJavaAccepts(X509Certificate leaf, X509Certificate root) throws Exception {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    private static Writer openssl(String key) {
        return folder -> {
            var command = "openssl req -new -nodes -keyout key.pem -out csr -subj /CN=gateway"
                    + " -addext subjectAltName=DNS:gateway.clusterbox.internal -newkey " + key;
            Tool.run(folder, command.split(" ", -1));
            return Files.readAllBytes(folder.resolve("csr"));
        };
    }

    /** Writes the text of the request before the PEM, as openssl req -text does, unless it is told not to. */
    private static Writer certtool(String key) {
        return folder -> {
            var template = """
                    cn = "gateway"
                    dns_name = "gateway.clusterbox.internal"
                    signing_key
                    tls_www_server
                    """;
            Files.writeString(folder.resolve("template"), template);
            Tool.run(folder, ("certtool --generate-privkey --outfile key.pem " + key).split(" ", -1));
            Tool.run(
                    folder,
                    "certtool --generate-request --load-privkey key.pem --template template --outfile csr --no-text"
                            .split(" ", -1));
            return Files.readAllBytes(folder.resolve("csr"));
        };
    }

    private static Writer keytool(String key) {
        return folder -> {
            var keytool =
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
            var store = " -keystore store.p12 -storepass changeit -alias a ";
            Tool.run(folder, (keytool + " -genkeypair" + store + "-dname CN=gateway " + key).split(" +", -1));
            Tool.run(
                    folder,
                    (keytool + " -certreq" + store + "-file csr -ext SAN=dns:gateway.clusterbox.internal")
                            .split(" +", -1));
            return Files.readAllBytes(folder.resolve("csr"));
        };
    }

    private static byte[] bouncyCastle(Path folder) throws Exception {
        var keys = Csr.keys("EC", new ECGenParameterSpec("secp256r1"));
        var request = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=gateway"), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        var file = folder.resolve("csr");
        try (var pem = new JcaPEMWriter(Files.newBufferedWriter(file))) {
            pem.writeObject(request);
        }
        return Files.readAllBytes(file);
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Writes a request. */
    interface Writer {
        byte[] write(Path folder) throws Exception;
    }
}
