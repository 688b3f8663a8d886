package dev.clusterbox.agent.gateway;

import dev.clusterbox.agent.identity.CertificateChain;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A certificate authority that signs what it is told. */
public final class TestAuthority {

    private final KeyPair keys = newKeys();
    private final X500Principal subject;
    private final X509Certificate certificate;
    private final AtomicLong serials = new AtomicLong(1);

    public TestAuthority(String name) {
        this.subject = new X500Principal("CN=" + name);
        this.certificate = build(subject, keys.getPublic(), List.of(), Duration.ofDays(1), Duration.ofDays(3650), true);
    }

    public static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public String pem() {
        return CertificateChain.encode(certificate);
    }

    /** Valid since a moment ago. */
    public X509Certificate issue(String subject, PublicKey key, List<String> names, Duration life) {
        return build(new X500Principal(subject), key, names, Duration.ofSeconds(1), life, false);
    }

    public X509Certificate issue(String subject, PublicKey key, List<String> names, Duration age, Duration life) {
        return build(new X500Principal(subject), key, names, age, life, false);
    }

    /** The key of a request whose signature is right. */
    public static PublicKey keyOf(byte[] csr) {
        try {
            var request = new JcaPKCS10CertificationRequest(new PKCS10CertificationRequest(csr));
            var key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("the request's signature is wrong");
            }
            return key;
        } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private X509Certificate build(
            X500Principal name, PublicKey key, List<String> names, Duration age, Duration life, boolean authority) {
        try {
            var from = Instant.now().minus(age);
            var builder = new X509v3CertificateBuilder(
                    X500Name.getInstance(subject.getEncoded()),
                    BigInteger.valueOf(serials.getAndIncrement()),
                    Date.from(from),
                    Date.from(from.plus(life)),
                    X500Name.getInstance(name.getEncoded()),
                    SubjectPublicKeyInfo.getInstance(key.getEncoded()));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.stream()
                                .map(n -> n.startsWith("ip:")
                                        ? new GeneralName(GeneralName.iPAddress, n.substring(3))
                                        : new GeneralName(GeneralName.dNSName, n.substring(4)))
                                .toArray(GeneralName[]::new)));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
