package dev.clusterbox.host;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A computer that is reached over SSH, and how.
 *
 * @param name as it is called in configuration
 * @param host its address or name
 * @param knownHosts the file with its key, as OpenSSH keeps them
 */
public record SshTarget(String name, String host, int port, String user, Credential credential, Path knownHosts) {

    /** How the user is proven. */
    public sealed interface Credential {

        /** A private key as OpenSSH, PuTTY or PKCS #8 keep it. */
        record Key(Path file, Optional<Path> passphraseFile) implements Credential {}

        record Password(Path file) implements Credential {}

        /** One of the keys that an ssh-agent has, whichever is let in. */
        record Agent(Path socket) implements Credential {}
    }

    /** How a person would go there. */
    String ssh() {
        return "ssh %s%s@%s".formatted(port == 22 ? "" : "-p " + port + " ", user, host);
    }

    @Override
    public String toString() {
        return "host %s (%s@%s%s)".formatted(name, user, host, port == 22 ? "" : ":" + port);
    }
}
