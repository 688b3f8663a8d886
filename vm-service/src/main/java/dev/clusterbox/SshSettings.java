package dev.clusterbox;

import dev.clusterbox.host.SshTarget;
import dev.clusterbox.host.SshTarget.Credential;
import io.micronaut.context.annotation.EachProperty;
import io.micronaut.context.annotation.Parameter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A computer with VirtualBox that is reached over SSH: {@code clusterbox.virtualbox.ssh.NAME.*}; the README explains each.
 * What cannot be right ends the service at its start, with a sentence.
 *
 * @param name names it in its provider, {@code virtualbox-NAME}
 * @param knownHostsFile if not {@code ~/.ssh/known_hosts}
 * @param program if not {@code VBoxManage}
 * @param folder for machines and images there, if not one in its user's home
 * @param agents where its machines' agents are brought: the gateway's host and port, seen from here; or {@code none}
 */
@EachProperty("clusterbox.virtualbox.ssh")
record SshSettings(
        @Parameter String name,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String user,
        @Nullable Path keyFile,
        @Nullable Path passphraseFile,
        @Nullable Path passwordFile,
        @Nullable Path agentSocket,
        @Nullable Path knownHostsFile,
        @Nullable String program,
        @Nullable String folder,
        @Nullable String agents) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");

    /** A name or an address. One that begins with a dash would be an option in the commands that people are told. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]*");

    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._\\\\-]*");
    private static final Pattern AGENTS = Pattern.compile("(?<host>[A-Za-z0-9][A-Za-z0-9._-]*):(?<port>[0-9]{1,5})");

    private static final int SSH_PORT = 22;
    private static final int LAST_PORT = 65_535;

    SshSettings {
        require(name, "name", name, NAME, "lower case letters, digits and dashes, at most 30");
        require(name, "host", host, HOST, "a name or an address");
        require(name, "user", user, USER, "the name of a user there");
        if (port != null && (port < 1 || port > LAST_PORT)) {
            throw wrong(name, "port", port.toString(), "1 to 65535");
        }
        if (Stream.of(keyFile, passwordFile, agentSocket)
                        .filter(Objects::nonNull)
                        .count()
                != 1) {
            throw wrong(
                    name,
                    "key-file, password-file, agent-socket",
                    "%s, %s, %s".formatted(keyFile, passwordFile, agentSocket),
                    "one of them");
        }
        if (passphraseFile != null && keyFile == null) {
            throw wrong(name, "passphrase-file", passphraseFile.toString(), "only with key-file");
        }
        requireFile(name, "key-file", keyFile);
        requireFile(name, "passphrase-file", passphraseFile);
        requireFile(name, "password-file", passwordFile);
        if (folder != null && !folder.startsWith("/")) {
            throw wrong(name, "folder", folder, "an absolute path there");
        }
        agents = agents == null ? "127.0.0.1:8443" : agents;
        if (!agents.equals("none")) {
            require(name, "agents", agents, AGENTS, "HOST:PORT, or none");
        }
    }

    private static void require(String name, String key, @Nullable String value, Pattern pattern, String expected) {
        if (value == null || !pattern.matcher(value).matches()) {
            throw wrong(name, key, value, expected);
        }
    }

    private static void requireFile(String name, String key, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw wrong(name, key, file.toString(), "a file that can be read");
        }
    }

    private static IllegalArgumentException wrong(String name, String key, @Nullable String value, String expected) {
        return new IllegalArgumentException(
                "clusterbox.virtualbox.ssh.%s: %s: %s (expected: %s)".formatted(name, key, value, expected));
    }

    SshTarget target() {
        return new SshTarget(
                name,
                Objects.requireNonNull(host),
                port == null ? SSH_PORT : port,
                Objects.requireNonNull(user),
                credential(),
                knownHostsFile == null
                        ? Path.of(System.getProperty("user.home"), ".ssh", "known_hosts")
                        : knownHostsFile);
    }

    private Credential credential() {
        if (agentSocket != null) {
            return new Credential.Agent(agentSocket);
        }
        return keyFile == null
                ? new Credential.Password(Objects.requireNonNull(passwordFile))
                : new Credential.Key(keyFile, Optional.ofNullable(passphraseFile));
    }

    /** Where agents are brought; nothing where they find the gateway without help. */
    Optional<InetSocketAddress> gateway() {
        var address = AGENTS.matcher(Objects.requireNonNull(agents));
        return address.matches()
                ? Optional.of(InetSocketAddress.createUnresolved(
                        address.group("host"), Integer.parseInt(address.group("port"))))
                : Optional.empty();
    }

    String vboxManage() {
        return program == null ? "VBoxManage" : program;
    }
}
