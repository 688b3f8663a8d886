package dev.clusterbox.bake;

import dev.clusterbox.rest.SshPublicKey;
import dev.clusterbox.seed.NoCloudSeed;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import net.schmizz.sshj.common.Buffer.PlainBuffer;
import net.schmizz.sshj.common.KeyType;

/** Two keys for one bake, ours and the guest's. They are in memory only, and forgotten with the bake. */
public final class BakeKeys {

    private final KeyPair user;
    private final KeyPair host;

    private BakeKeys(KeyPair user, KeyPair host) {
        this.user = user;
        this.host = host;
    }

    public static BakeKeys make() {
        return new BakeKeys(pair(), pair());
    }

    private static KeyPair pair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The disk that a cloud image takes these keys from. It holds the guest's private key: for its owner only. */
    public byte[] noCloudSeed(Instant now) {
        return seed().image(now);
    }

    NoCloudSeed seed() {
        var encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        var pem = "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                .formatted(encoder.encodeToString(host.getPrivate().getEncoded()));
        return new NoCloudSeed(line(user.getPublic()), line(host.getPublic()), pem);
    }

    /** How to enter the guest that has taken the keys from the disk. */
    public GuestAccess access(String address, int port) {
        return new GuestAccess(address, port, NoCloudSeed.USER, user, Optional.of(host.getPublic()));
    }

    static SshPublicKey line(PublicKey key) {
        var blob = new PlainBuffer().putPublicKey(key).getCompactData();
        return new SshPublicKey(KeyType.fromKey(key) + " " + Base64.getEncoder().encodeToString(blob));
    }
}
