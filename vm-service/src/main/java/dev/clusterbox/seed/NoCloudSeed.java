package dev.clusterbox.seed;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.SshPublicKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The CD by which a cloud image lets us in once, to make it an image of ours: cloud images accept no login unaided. cloud-init
 * finds it by its label (its NoCloud data source), makes the user, and gives sshd the host key that is expected, so that not even the
 * first contact is blind. About the network it says nothing: then cloud-init asks for an address on the first adapter.
 *
 * @param user the key that may log in
 * @param hostKey the public half of the host's key, ECDSA, as in a {@code .pub} file
 * @param hostPrivateKey the private half, PKCS #8 in PEM; good until the image is done, which has no host keys
 */
public record NoCloudSeed(SshPublicKey user, SshPublicKey hostKey, String hostPrivateKey) {

    public static final String LABEL = "cidata";

    /** May do everything as root, without a password, and log in with the key only. Removed when the image is done. */
    public static final String USER = "clusterbox-bake";

    private static final Pattern PRIVATE_KEY = Pattern.compile(
            "-----BEGIN PRIVATE KEY-----\\n([A-Za-z0-9+/=]{1,76}\\n){1,60}-----END PRIVATE KEY-----\\n");

    public NoCloudSeed {
        if (!hostKey.text().startsWith("ecdsa-")) {
            throw Problem.invalid("host key: (expected: ECDSA)", "").asException();
        }
        if (!PRIVATE_KEY.matcher(hostPrivateKey).matches()) {
            throw Problem.invalid("host key: (expected: a private key, PKCS #8 in PEM)", "")
                    .asException();
        }
    }

    public byte[] image(Instant now) {
        return Iso9660.image(LABEL, files(), now);
    }

    /** None of the values can end its line or its quotes: what may be in them is letters, digits, and {@code +/=@._-}. */
    Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        files.put("meta-data", "instance-id: %s\nlocal-hostname: clusterbox-image\n".formatted(UUID.randomUUID()));
        files.put("user-data", """
                #cloud-config
                # By Clusterbox: for one session, in which this machine becomes an image.
                users:
                  - name: %s
                    lock_passwd: true
                    shell: /bin/sh
                    sudo: "ALL=(ALL) NOPASSWD:ALL"
                    ssh_authorized_keys:
                      - "%s"
                disable_root: true
                ssh_pwauth: false
                ssh_deletekeys: true
                ssh_keys:
                  ecdsa_public: "%s"
                  ecdsa_private: |
                %s
                package_update: false
                package_upgrade: false
                """.formatted(
                        USER, user, hostKey, hostPrivateKey.strip().indent(4).stripTrailing()));
        return files;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "NoCloudSeed[hostKey=%s]".formatted(hostKey);
    }
}
