package dev.clusterbox.cluster;

import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import dev.clusterbox.storage.SealingKey;
import jakarta.inject.Singleton;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.sql.SQLException;
import java.util.Base64;

/**
 * What Kubernetes wants equal on all controllers, and so cannot be made on a machine: the key that signs service account
 * tokens, and the key that encrypts Secrets in etcd. Made once for a cluster, kept encrypted, forgotten with it.
 */
@Singleton
public final class ClusterSecrets {

    private static final String ENCRYPTION = "encryption-key";
    private static final String SERVICE_ACCOUNTS = "service-account-key";

    /**
     * @param encryptionKey 32 random bytes in Base64, as EncryptionConfiguration has them
     * @param serviceAccountKey PEM, EC P-256, PKCS#8
     * @param serviceAccountPublicKey PEM
     */
    public record Values(String encryptionKey, String serviceAccountKey, String serviceAccountPublicKey) {

        @Override
        public String toString() {
            return "Values[…]";
        }
    }

    private final Database database;
    private final SealingKey sealing;
    private final SecureRandom random = new SecureRandom();

    ClusterSecrets(Database database, SealingKey sealing) {
        this.database = database;
        this.sealing = sealing;
    }

    /** Those of a cluster; made when they are asked for first. */
    public Values of(Cluster cluster) {
        return database.transaction(t -> {
            var pair = one(t, cluster, SERVICE_ACCOUNTS, this::keyPair).split("\n\n", 2);
            return new Values(one(t, cluster, ENCRYPTION, this::encryptionKey), pair[0] + "\n", pair[1]);
        });
    }

    private interface Maker {
        String make();
    }

    private String one(Transaction t, Cluster cluster, String name, Maker maker) throws SQLException {
        var context = cluster.uid() + " " + name;
        var there = t.one(
                "SELECT sealed FROM cluster_secrets WHERE cluster_uid = ? AND name = ?",
                row -> row.getString(1),
                cluster.uid(),
                name);
        if (there.isPresent()) {
            return sealing.open(there.get(), context);
        }
        var made = maker.make();
        t.update(
                "INSERT INTO cluster_secrets (cluster_uid, name, sealed) VALUES (?, ?, ?)",
                cluster.uid(),
                name,
                sealing.seal(made, context));
        return made;
    }

    private String encryptionKey() {
        var key = new byte[32];
        random.nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    private String keyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            var pair = generator.generateKeyPair();
            return pem("PRIVATE KEY", pair.getPrivate().getEncoded()) + "\n"
                    + pem("PUBLIC KEY", pair.getPublic().getEncoded());
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String label, byte[] der) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, text, label);
    }
}
