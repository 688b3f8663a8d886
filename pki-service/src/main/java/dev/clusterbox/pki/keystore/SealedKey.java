package dev.clusterbox.pki.keystore;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * A private key as an encrypted PKCS#8 structure (RFC 5958) that {@code openssl pkcs8} opens as well: PBES2 (RFC 8018) with
 * scrypt (RFC 7914) and AES-256 in CBC mode. Put together by hand, because the ready-made way needs the whole
 * BouncyCastle provider, which costs a quarter of a second at start.
 */
final class SealedKey {

    /** 16 MiB and some 50 ms for each guess. */
    private static final int COST = 1 << 14;

    private static final int BLOCK_SIZE = 8;
    private static final int PARALLEL = 1;
    /** What a file may ask of us at most: 128 MiB. */
    private static final long MOST_MEMORY = 128L << 20;

    private static final int KEY_BYTES = 32;

    private SealedKey() {}

    static byte[] seal(byte[] pkcs8, Passphrase passphrase, SecureRandom random)
            throws GeneralSecurityException, IOException {
        var salt = new byte[16];
        random.nextBytes(salt);
        var iv = new byte[16];
        random.nextBytes(iv);
        var kdf = new KeyDerivationFunc(
                MiscObjectIdentifiers.id_scrypt, new ScryptParams(salt, COST, BLOCK_SIZE, PARALLEL, KEY_BYTES));
        var scheme = new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv));
        var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, new PBES2Parameters(kdf, scheme));
        var encrypted = aes(
                Cipher.ENCRYPT_MODE,
                SCrypt.generate(passphrase.bytes(), salt, COST, BLOCK_SIZE, PARALLEL, KEY_BYTES),
                iv,
                pkcs8);
        return new EncryptedPrivateKeyInfo(algorithm, encrypted).getEncoded("DER");
    }

    /** @throws GeneralSecurityException if the passphrase is another one, or the bytes are damaged */
    static byte[] open(byte[] sealed, Passphrase passphrase) throws GeneralSecurityException {
        try {
            var info = EncryptedPrivateKeyInfo.getInstance(sealed);
            var parameters =
                    PBES2Parameters.getInstance(info.getEncryptionAlgorithm().getParameters());
            var scrypt =
                    ScryptParams.getInstance(parameters.getKeyDerivationFunc().getParameters());
            int cost = scrypt.getCostParameter().intValueExact();
            int blockSize = scrypt.getBlockSize().intValueExact();
            if (128L * cost * blockSize > MOST_MEMORY) {
                throw new GeneralSecurityException("scrypt with N=%d, r=%d (expected: at most %d bytes of memory)"
                        .formatted(cost, blockSize, MOST_MEMORY));
            }
            var key = SCrypt.generate(
                    passphrase.bytes(),
                    scrypt.getSalt(),
                    cost,
                    blockSize,
                    scrypt.getParallelizationParameter().intValueExact(),
                    KEY_BYTES);
            var iv = ASN1OctetString.getInstance(
                            parameters.getEncryptionScheme().getParameters())
                    .getOctets();
            return aes(Cipher.DECRYPT_MODE, key, iv, info.getEncryptedData());
        } catch (RuntimeException e) {
            throw new GeneralSecurityException("not an encrypted PKCS#8 key of ours", e);
        }
    }

    private static byte[] aes(int mode, byte[] key, byte[] iv, byte[] data) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        Arrays.fill(key, (byte) 0);
        return cipher.doFinal(data);
    }
}
