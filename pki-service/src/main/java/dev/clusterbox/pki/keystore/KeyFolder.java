package dev.clusterbox.pki.keystore;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The private keys of the authorities: one encrypted file for each, which exists whole or not at all. The only class that
 * reads or writes them.
 */
@Context
public final class KeyFolder implements AuthorityKeys {

    /** The name of the one key that is no authority's: it signs heads of the audit log. */
    public static final String AUDIT = "audit";

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}|" + AUDIT);
    private static final String BEGIN = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
    private static final String END = "\n-----END ENCRYPTED PRIVATE KEY-----\n";

    private final Path folder;
    private final Passphrase passphrase;
    private final SecureRandom random;

    KeyFolder(
            @Value("${clusterbox.state}") String state,
            @Value("${clusterbox.pki.passphrase:}") String passphrase,
            @Value("${clusterbox.pki.passphrase-file}") String passphraseFile,
            SecureRandom random) {
        this.folder = Path.of(state, "keys");
        this.passphrase = passphrase.isEmpty()
                ? Passphrase.read(Path.of(passphraseFile))
                : Passphrase.of(passphrase, "clusterbox.pki.passphrase");
        this.random = random;
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("the folder for keys %s cannot be made".formatted(folder), e);
        }
    }

    @Override
    public KeyPair generate(String algorithm, AlgorithmParameterSpec parameters, SecureRandom chance) {
        return AuthorityKeys.inMemory(algorithm, parameters, chance);
    }

    @Override
    public void store(String id, PrivateKey key, X509Certificate certificate) {
        store(id, key);
    }

    /** When it returns, the key is on disk. One at a time: each takes 16 MiB for scrypt. */
    public synchronized void store(String id, PrivateKey key) {
        var staged = folder.resolve("." + id + ".tmp");
        try {
            var sealed = SealedKey.seal(key.getEncoded(), passphrase, random);
            var text = BEGIN + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(sealed) + END;
            try (var channel = FileChannel.open(
                    staged,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(staged, file(id), StandardCopyOption.ATOMIC_MOVE);
            syncFolder();
        } catch (IOException | GeneralSecurityException e) {
            throw new ProblemException(
                    Problem.unavailable(
                            "a key cannot be stored: " + e.getMessage(), "look at the disk of the state folder"),
                    e);
        }
    }

    @Override
    public synchronized PrivateKey load(String id, String algorithm) {
        var file = file(id);
        try {
            var text = Files.readString(file, StandardCharsets.US_ASCII);
            if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
                throw new GeneralSecurityException("not a PEM file with an encrypted key");
            }
            var sealed = Base64.getMimeDecoder().decode(text.substring(BEGIN.length(), text.length() - END.length()));
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(SealedKey.open(sealed, passphrase)));
        } catch (NoSuchFileException e) {
            throw new ProblemException(
                    Problem.failed(
                            "the key file %s is not there".formatted(file),
                            "bring it back from a backup; if it was made in a PKCS#11 token, clusterbox.pki.pkcs11.library has to be set"),
                    e);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.failed(
                            "the key file %s cannot be opened: %s".formatted(file, e.getMessage()),
                            "is the passphrase file the one with which it was made?"),
                    e);
        }
    }

    @Override
    public synchronized void destroy(String id) {
        try {
            if (Files.deleteIfExists(file(id))) {
                syncFolder();
            }
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.unavailable(
                            "a key cannot be deleted: " + e.getMessage(), "look at the disk of the state folder"),
                    e);
        }
    }

    @Override
    public synchronized void sweep() {
        try (var files = Files.newDirectoryStream(folder, ".*.tmp")) {
            for (var file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean hasAuditKey() {
        return Files.exists(file(AUDIT));
    }

    @Override
    public List<String> ids() {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".pem"))
                    .map(name -> name.substring(0, name.length() - ".pem".length()))
                    .filter(KeyFolder::isAuthority)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isAuthority(String id) {
        return ID.matcher(id).matches() && !id.equals(AUDIT);
    }

    private Path file(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("key id: %s (expected: 32 hexadecimal digits)".formatted(id));
        }
        return folder.resolve(id + ".pem");
    }

    /** A renamed or removed file is on disk when its folder is. */
    private void syncFolder() throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
