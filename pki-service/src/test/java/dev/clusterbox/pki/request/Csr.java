package dev.clusterbox.pki.request;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;

/** Makes signing requests, also such as no honest tool would make. */
public final class Csr {

    public static final KeyPair P256 = keys("EC", new ECGenParameterSpec("secp256r1"));
    public static final KeyPair RSA_2048 = keys("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));

    private final KeyPair keys;
    private String algorithm = "SHA256withECDSA";
    private X500Name subject = new X500Name(new RDN[0]);
    private SubjectPublicKeyInfo info;
    private final List<Attribute> attributes = new ArrayList<>();
    private final ExtensionsGenerator extensions = new ExtensionsGenerator();

    private Csr(KeyPair keys) {
        this.keys = keys;
        this.info = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
    }

    public static Csr with(KeyPair keys) {
        return new Csr(keys);
    }

    public static Csr p256() {
        return new Csr(P256);
    }

    public static KeyPair keys(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public Csr signedWith(String signatureAlgorithm) {
        algorithm = signatureAlgorithm;
        return this;
    }

    public Csr subject(String text) {
        return subject(new X500Name(text));
    }

    public Csr subject(X500Name name) {
        subject = name;
        return this;
    }

    /** Claims another public key than the one that signs. */
    public Csr claiming(SubjectPublicKeyInfo other) {
        info = other;
        return this;
    }

    public Csr attribute(ASN1ObjectIdentifier type, ASN1Encodable... values) {
        attributes.add(new Attribute(type, new DERSet(values)));
        return this;
    }

    public Csr names(GeneralName... names) {
        return extension(Extension.subjectAlternativeName, new GeneralNames(names));
    }

    public Csr dns(String name) {
        return names(new GeneralName(GeneralName.dNSName, name));
    }

    public Csr extension(ASN1ObjectIdentifier type, ASN1Encodable value) {
        try {
            extensions.addExtension(type, false, value);
            return this;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public Csr extension(ASN1ObjectIdentifier type, byte[] value) {
        extensions.addExtension(type, false, value);
        return this;
    }

    public byte[] der() {
        try {
            return request().getEncoded("DER");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public CertificationRequest request() {
        var all = new ASN1EncodableVector();
        attributes.forEach(all::add);
        if (!extensions.isEmpty()) {
            all.add(new Attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERSet(extensions.generate())));
        }
        var content = new CertificationRequestInfo(subject, info, new DERSet(all));
        var identifier = new DefaultSignatureAlgorithmIdentifierFinder().find(algorithm);
        return signed(content, identifier);
    }

    private CertificationRequest signed(CertificationRequestInfo content, AlgorithmIdentifier identifier) {
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(keys.getPrivate());
            signature.update(content.getEncoded("DER"));
            return new CertificationRequest(content, identifier, new DERBitString(signature.sign()));
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
