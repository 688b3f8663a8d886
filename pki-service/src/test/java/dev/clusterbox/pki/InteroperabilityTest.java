package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.revocation.Cluster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether openssl, GnuTLS and Java's PKIX agree with us about who is revoked, for each type of key of an authority. */
final class InteroperabilityTest {

    private static final String REVOKED = "revoked";

    @TempDir
    Path state;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519"})
    void everybody_agrees(String keyType) throws Exception {
        try (var pki = RunningPki.on(state)) {
            var cluster = new Cluster(pki, folder);
            var authority = cluster.authority(keyType);
            cluster.leaf("good");
            cluster.revoke(cluster.leaf("bad"), "keyCompromise");
            for (var form : List.of("crl", "pem")) {
                var list = cluster.fetch("/crl/%s/%s.%s".formatted(Cluster.NAME, authority, form));
                Files.write(folder.resolve("list." + form), list.body());
            }
            var responder = cluster.client().uri() + "/ocsp/" + Cluster.NAME;

            opensslWithTheList(cluster);
            opensslWithTheResponder(cluster, responder);
            gnutlsWithTheList(cluster);
            gnutlsWithTheResponder(cluster, responder);
            javaWithTheList();
            javaWithTheResponder(URI.create(responder));
        }
    }

    private static void opensslWithTheList(Cluster cluster) throws Exception {
        for (var form : List.of("list.crl -inform DER", "list.pem")) {
            assertTrue(
                    cluster.run("openssl crl -CAfile ca.pem -noout -in " + form).contains("verify OK"));
        }
        cluster.run("openssl verify -x509_strict -crl_check -CRLfile list.pem -CAfile ca.pem good.pem");
        var bad = cluster.tryOut("openssl verify -crl_check -CRLfile list.pem -CAfile ca.pem bad.pem");
        assertTrue(bad.exitCode() != 0 && bad.output().contains(REVOKED), bad::output);
    }

    private static void opensslWithTheResponder(Cluster cluster, String responder) throws Exception {
        var ask = "openssl ocsp -issuer ca.pem -CAfile ca.pem -respout response -url " + responder;
        for (var how : List.of("", " -sha256", " -no_nonce")) {
            var answer = cluster.run(ask + how + " -cert good.pem -cert bad.pem");
            assertTrue(answer.contains("Response verify OK"), answer);
            assertTrue(answer.contains("good.pem: good"), answer);
            assertTrue(answer.contains("bad.pem: revoked") && answer.contains("Reason: keyCompromise"), answer);
            assertFalse(answer.contains("no nonce in response"), answer);
        }
        var kept = cluster.run("openssl ocsp -issuer ca.pem -CAfile ca.pem -respin response -cert good.pem -no_nonce");
        assertTrue(kept.contains("good.pem: good"), kept);
        var unknown = cluster.run(ask + " -serial 0x1234");
        assertTrue(unknown.contains("0x1234: unknown"), unknown);
    }

    private static void gnutlsWithTheList(Cluster cluster) throws Exception {
        var verified = cluster.run("certtool --verify-crl --load-ca-certificate ca.pem --infile list.pem");
        assertTrue(verified.contains("Verification output: Verified."), verified);
        var listed = cluster.run("certtool --crl-info --inder --infile list.crl");
        assertTrue(listed.contains("Revoked certificates (1)"), listed);
        cluster.run("certtool --verify --load-ca-certificate ca.pem --load-crl list.pem --infile good.pem");
        var bad = cluster.tryOut("certtool --verify --load-ca-certificate ca.pem --load-crl list.pem --infile bad.pem");
        assertTrue(bad.exitCode() != 0 && bad.output().contains(REVOKED), bad::output);
    }

    private static void gnutlsWithTheResponder(Cluster cluster, String responder) throws Exception {
        var ask = "ocsptool --load-issuer ca.pem --load-trust ca.pem --ask=%s --load-cert ".formatted(responder);
        for (var how : List.of("", " --nonce")) {
            var good = cluster.run(ask + "good.pem" + how);
            assertTrue(good.contains("Verifying OCSP Response: Success."), good);
            assertTrue(good.contains("Certificate Status: good"), good);
            var bad = cluster.tryOut(ask + "bad.pem" + how);
            assertTrue(bad.output().contains("Certificate Status: revoked"), bad::output);
        }
    }

    private void javaWithTheList() throws Exception {
        var list = certificates().generateCRL(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("list.crl"))));
        var parameters = parameters();
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(list))));
        agree(parameters);
    }

    /** Java sends a GET when the request is short, and a POST when there is a nonce. */
    private void javaWithTheResponder(URI responder) throws Exception {
        for (boolean nonce : new boolean[] {false, true}) {
            var parameters = parameters();
            var checker = (PKIXRevocationChecker)
                    CertPathValidator.getInstance("PKIX").getRevocationChecker();
            checker.setOcspResponder(responder);
            checker.setOptions(Set.of(Option.NO_FALLBACK));
            if (nonce) {
                checker.setOcspExtensions(List.of(new Nonce()));
            }
            parameters.addCertPathChecker(checker);
            agree(parameters);
        }
    }

    private void agree(PKIXParameters parameters) throws Exception {
        var validator = CertPathValidator.getInstance("PKIX");
        validator.validate(path("good.pem"), parameters);
        var bad = path("bad.pem");
        var e = assertThrows(CertPathValidatorException.class, () -> validator.validate(bad, parameters));
        assertEquals(CertPathValidatorException.BasicReason.REVOKED, e.getReason(), e::toString);
    }

    private PKIXParameters parameters() throws Exception {
        return new PKIXParameters(Set.of(new TrustAnchor(certificate("ca.pem"), null)));
    }

    private CertPath path(String file) throws Exception {
        return certificates().generateCertPath(List.of(certificate(file)));
    }

    private X509Certificate certificate(String file) throws Exception {
        return (X509Certificate)
                certificates().generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(file))));
    }

    private static CertificateFactory certificates() throws Exception {
        return CertificateFactory.getInstance("X.509");
    }

    private static final class Nonce implements java.security.cert.Extension {

        @Override
        public String getId() {
            return "1.3.6.1.5.5.7.48.1.2";
        }

        @Override
        public boolean isCritical() {
            return false;
        }

        /** An octet string of 16. */
        @Override
        public byte[] getValue() {
            var value = new byte[18];
            value[0] = 4;
            value[1] = 16;
            return value;
        }

        @Override
        public void encode(OutputStream out) throws IOException {
            out.write(new Extension(new ASN1ObjectIdentifier(getId()), false, getValue()).getEncoded("DER"));
        }
    }
}
