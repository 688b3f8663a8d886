package dev.clusterbox.pki.ocsp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.ocsp.TBSRequest;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.cert.X509CertificateHolder;

/** Makes OCSP requests, also such as no honest client would send. */
final class Asking {

    private final X509CertificateHolder issuer;
    private final List<ASN1Encodable> requests = new ArrayList<>();
    private final ExtensionsGenerator extensions = new ExtensionsGenerator();
    private ASN1ObjectIdentifier hash = OIWObjectIdentifiers.idSHA1;
    private String digest = "SHA-1";

    private Asking(X509CertificateHolder issuer) {
        this.issuer = issuer;
    }

    static Asking of(Path issuer) throws IOException, CertificateException {
        return new Asking(new X509CertificateHolder(certificate(issuer).getEncoded()));
    }

    static X509Certificate certificate(Path pem) throws IOException, CertificateException {
        var bytes = Files.readString(pem).getBytes(StandardCharsets.US_ASCII);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
    }

    Asking sha256() {
        return hash(NISTObjectIdentifiers.id_sha256, "SHA-256");
    }

    Asking hash(ASN1ObjectIdentifier algorithm, String name) {
        hash = algorithm;
        digest = name;
        return this;
    }

    Asking about(String serial) throws IOException {
        return about(new BigInteger(serial, 16));
    }

    Asking about(BigInteger serial) throws IOException {
        requests.add(new Request(id(serial), null));
        return this;
    }

    CertID id(BigInteger serial) throws IOException {
        var name = issuer.getSubject().getEncoded("DER");
        var key = issuer.getSubjectPublicKeyInfo().getPublicKeyData().getOctets();
        return new CertID(
                new AlgorithmIdentifier(hash, DERNull.INSTANCE),
                new DEROctetString(IssuerMatch.hash(digest, name)),
                new DEROctetString(IssuerMatch.hash(digest, key)),
                new ASN1Integer(serial));
    }

    Asking request(ASN1Encodable any) {
        requests.add(any);
        return this;
    }

    Asking nonce(int length) throws IOException {
        return extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new DEROctetString(new byte[length]));
    }

    Asking extension(ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) throws IOException {
        extensions.addExtension(type, critical, value);
        return this;
    }

    byte[] der() throws IOException {
        var tbs = new TBSRequest(
                null,
                new DERSequence(requests.toArray(ASN1Encodable[]::new)),
                extensions.isEmpty() ? null : extensions.generate());
        return new OCSPRequest(tbs, null).getEncoded("DER");
    }

    static Extension extension(ASN1ObjectIdentifier type) throws IOException {
        return Extension.create(type, true, DERNull.INSTANCE);
    }
}
