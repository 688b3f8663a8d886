package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.keystore.TokenTrouble;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.Signature;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;

/**
 * Signs for BouncyCastle with whatever provider Java has for the algorithm. BouncyCastle's own operators want a provider that
 * knows object identifiers, and take twice as long.
 */
public final class KeySigner implements ContentSigner {

    private final PrivateKey key;
    private final AuthorityKeyType type;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream(1024);

    public KeySigner(PrivateKey key, AuthorityKeyType type) {
        this.key = key;
        this.type = type;
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return type.identifier();
    }

    @Override
    public OutputStream getOutputStream() {
        return content;
    }

    @Override
    public byte[] getSignature() {
        try {
            var signature = Signature.getInstance(type.signature());
            signature.initSign(key);
            signature.update(content.toByteArray());
            return signature.sign();
        } catch (GeneralSecurityException | ProviderException e) {
            throw TokenTrouble.isCauseOf(e) ? TokenTrouble.problem(e) : new IllegalStateException("cannot sign", e);
        }
    }
}
