package dev.clusterbox.seed;

import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.Label;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.SshPublicKey;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a machine needs to introduce itself to the gateway. The token is a secret: it is in no log and in no message.
 *
 * @param gateway where the gateway listens for agents, {@code host:port}
 * @param authority the certificate that the agent trusts for this, PEM
 * @param sshPublicKey whoever has its private half may log in as root, where the machine has an SSH server
 */
public record Seed(
        UUID machine,
        String token,
        String gateway,
        String authority,
        String hostName,
        Ipv4 address,
        Optional<SshPublicKey> sshPublicKey) {

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{16,512}");
    private static final Pattern GATEWAY = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,252}):[1-9][0-9]{0,4}");
    private static final Pattern CERTIFICATES = Pattern.compile(
            "(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]{1,76}\\r?\\n){1,200}-----END CERTIFICATE-----\\s*){1,4}");

    public Seed {
        if (!TOKEN.matcher(token).matches()) {
            throw Problem.invalid("token: (expected: 16 to 512 characters of a bearer token)", "")
                    .asException();
        }
        if (!GATEWAY.matcher(gateway).matches()) {
            throw Problem.invalid("gateway: '%s' (expected: HOST:PORT)".formatted(gateway), "")
                    .asException();
        }
        if (authority.length() > 32_000 || !CERTIFICATES.matcher(authority).matches()) {
            throw Problem.invalid("authority: (expected: a certificate, PEM)", "")
                    .asException();
        }
        Label.parse("hostName", hostName);
    }

    /** A seed that lets nobody in. */
    public Seed(UUID machine, String token, String gateway, String authority, String hostName, Ipv4 address) {
        this(machine, token, gateway, authority, hostName, address, Optional.empty());
    }

    /**
     * That it is for this machine; a conflict otherwise.
     *
     * @param name of the machine, for people
     */
    public void requireFor(Object name, UUID id) {
        if (!machine.equals(id)) {
            throw Problem.conflict(
                            "machine %s has the id %s (the seed is for %s)".formatted(name, id, machine),
                            "ask for the machine again; it was made anew")
                    .asException();
        }
    }

    /** As java.util.Properties read it. No value can end its line: each was checked, and line ends are escaped. */
    public String asProperties(Instant now, String kernel) {
        return """
                machine=%s
                hostname=%s
                address=%s
                gateway=%s
                token=%s
                authority=%s
                time=%s
                kernel=%s
                """.formatted(
                        machine,
                        hostName,
                        address,
                        gateway,
                        token,
                        authority.strip().replace("\r", "").replace("\n", "\\n"),
                        now,
                        kernel);
    }

    @Override
    public String toString() {
        return "Seed[machine=%s, gateway=%s]".formatted(machine, gateway);
    }
}
