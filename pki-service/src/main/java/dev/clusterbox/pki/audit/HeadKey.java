package dev.clusterbox.pki.audit;

import dev.clusterbox.pki.keystore.KeyFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** The key that signs heads of the audit log. It is encrypted like those of authorities; its public half is in a file for whoever verifies. */
final class HeadKey {

    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----\n";
    private static final String END = "\n-----END PUBLIC KEY-----\n";
    private static final String ALGORITHM = "Ed25519";

    private final PrivateKey key;

    private HeadKey(PrivateKey key) {
        this.key = key;
    }

    /** Made the first time. */
    static HeadKey of(KeyFolder keys, Path publicFile) {
        try {
            if (keys.hasAuditKey()) {
                return new HeadKey(keys.load(KeyFolder.AUDIT, ALGORITHM));
            }
            var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            // First the half without which nothing can be verified.
            write(
                    publicFile,
                    BEGIN + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()) + END);
            keys.store(KeyFolder.AUDIT, pair.getPrivate());
            return new HeadKey(pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] sign(byte[] text) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean verifies(PublicKey key, byte[] text, byte[] signed) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** @throws IllegalArgumentException if there is no such key in it */
    static PublicKey readPublic(Path file) throws IOException {
        var pem = Files.readString(file);
        if (!pem.startsWith(BEGIN) || !pem.endsWith(END)) {
            throw new IllegalArgumentException("%s: not a public key in PEM".formatted(file));
        }
        try {
            var der = Base64.getMimeDecoder().decode(pem.substring(BEGIN.length(), pem.length() - END.length()));
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("%s: not a key for Ed25519".formatted(file), e);
        }
    }

    /** Whole or not at all. */
    static void write(Path file, String text) {
        try {
            var staged = file.resolveSibling("." + file.getFileName() + ".tmp");
            Files.deleteIfExists(staged);
            Files.createFile(
                    staged, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(staged, text);
            Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be written".formatted(file), e);
        }
    }
}
