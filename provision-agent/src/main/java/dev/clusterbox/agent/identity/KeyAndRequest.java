package dev.clusterbox.agent.identity;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/**
 * A private key and the request for its certificate (PKCS#10). They are stored together before the request is sent, so
 * that after a lost answer the same request is sent again, bit by bit, and nothing is issued twice.
 */
public final class KeyAndRequest {

    private final PrivateKey key;
    private final byte[] request;

    private KeyAndRequest(PrivateKey key, byte[] request) {
        this.key = key;
        this.request = request.clone();
    }

    /**
     * Makes a key on the curve P-256.
     *
     * @param subject RFC 4514
     * @param names {@code dns:NAME} or {@code ip:ADDRESS}
     */
    public static KeyAndRequest make(String subject, List<String> names) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            var builder = new PKCS10CertificationRequestBuilder(
                    X500Name.getInstance(new X500Principal(subject).getEncoded()),
                    SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
            if (!names.isEmpty()) {
                var extensions = new ExtensionsGenerator();
                var generalNames =
                        names.stream().map(KeyAndRequest::generalName).toArray(GeneralName[]::new);
                extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(generalNames));
                builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            }
            return new KeyAndRequest(
                    pair.getPrivate(),
                    builder.build(new Signer(pair.getPrivate())).getEncoded());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every Java has P-256", e);
        }
    }

    /** Returns what was stored, or makes it and stores it. */
    public static KeyAndRequest storedAt(Path file, String subject, List<String> names) throws IOException {
        var stored = read(file);
        if (stored.isPresent()) {
            return stored.get();
        }
        var made = make(subject, names);
        StagedFile.write(file, made.toPem().getBytes(StandardCharsets.US_ASCII), Mode.PRIVATE, Owner.ROOT);
        return made;
    }

    /** Empty where there is no such file, or it has no key. */
    public static Optional<KeyAndRequest> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var text = Files.readString(file);
        var keys = Pem.decode(Pem.PRIVATE_KEY, text);
        var requests = Pem.decode(Pem.REQUEST, text);
        return keys.size() == 1 && requests.size() == 1
                ? Optional.of(new KeyAndRequest(privateKey(keys.getFirst()), requests.getFirst()))
                : Optional.empty();
    }

    public static PrivateKey privateKey(byte[] pkcs8) {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a private key on an elliptic curve", e);
        }
    }

    public PrivateKey key() {
        return key;
    }

    /** Whether the certificate is for this key. By comparison with the request: it costs no signature. */
    public boolean isOf(CertificateChain chain) {
        try {
            var ours = new PKCS10CertificationRequest(request).getSubjectPublicKeyInfo();
            return Arrays.equals(ours.getEncoded(), chain.leaf().getPublicKey().getEncoded());
        } catch (IOException e) {
            return false;
        }
    }

    /** PKCS#10, DER. */
    public byte[] request() {
        return request.clone();
    }

    /** The key, as PKCS#8. */
    public String keyPem() {
        return Pem.encode(Pem.PRIVATE_KEY, key.getEncoded());
    }

    String toPem() {
        return keyPem() + Pem.encode(Pem.REQUEST, request);
    }

    private static GeneralName generalName(String name) {
        return name.startsWith("ip:")
                ? new GeneralName(
                        GeneralName.iPAddress,
                        InetAddress.ofLiteral(name.substring("ip:".length())).getHostAddress())
                : new GeneralName(GeneralName.dNSName, name.substring("dns:".length()));
    }

    /** Bouncy Castle writes the request, the JDK signs it: nothing of Bouncy Castle's provider is loaded. */
    private static final class Signer implements ContentSigner {

        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final PrivateKey key;

        Signer(PrivateKey key) {
            this.key = key;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            return sign(key, content.toByteArray());
        }
    }

    /** SHA256withECDSA. */
    static byte[] sign(PrivateKey key, byte[] content) {
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key on P-256 signs", e);
        }
    }
}
