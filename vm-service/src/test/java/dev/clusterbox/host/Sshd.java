package dev.clusterbox.host;

import dev.clusterbox.host.SshTarget.Credential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/**
 * OpenSSH's real server on a free port of this network namespace's loopback, with its own configuration, keys and mounts,
 * and one user, who is not root.
 */
public final class Sshd implements AutoCloseable {

    static final String USER = "tester";
    static final String PASSWORD = "test password";
    static final String HOME = "/mnt/home";

    /** {@code openssl passwd -6} of the password. */
    private static final String HASH =
            "$6$clusterbox$kD5kxOWuS9hxR2QocCKwH96OQC32D7lbpxyZw.1PZ5ZbzG67SOGch7h4dL3Nrb3biZV1Y6BzI.1a8q1p20wUr1";

    private static final Path SERVER = Path.of("/usr/sbin/sshd");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path folder;
    private final OwnMounts mounts = new OwnMounts();
    private final int port;
    private @Nullable Process process;

    /**
     * @param folder for keys and configuration
     * @param settings lines of its configuration, which count more than the usual ones
     */
    public Sshd(Path folder, String... settings) throws Exception {
        this(folder, OwnMounts.USER, settings);
    }

    /** One whose user may do what root may. */
    public static Sshd forRoot(Path folder, String... settings) throws Exception {
        return new Sshd(folder, 0, settings);
    }

    private Sshd(Path folder, int user, String... settings) throws Exception {
        Assertions.assertTrue(Files.isExecutable(SERVER), SERVER + " is not installed: apt-get install openssh-server");
        this.folder = folder;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        newHostKey();
        Files.copy(newKey("key").resolveSibling("key.pub"), mounts.seen("/mnt/authorized_keys"));
        mounts.cover(
                "/etc/passwd",
                Files.readString(Path.of("/etc/passwd"))
                        + "%s:x:%d:%2$d::%s:/bin/sh\nsshd-own:x:99:99::/run/sshd:/usr/sbin/nologin\n"
                                .formatted(USER, user, HOME));
        mounts.cover("/etc/shadow", "%s:%s:20000:0:99999:7:::\n".formatted(USER, HASH));
        Files.createDirectory(mounts.seen("/run/sshd"));
        configure(settings);
        start();
    }

    void configure(String... settings) throws IOException {
        Files.writeString(
                folder.resolve("sshd_config"),
                String.join("\n", settings) + """

                        ListenAddress 127.0.0.1:%d
                        HostKey %s
                        AuthorizedKeysFile /mnt/authorized_keys
                        PidFile none
                        UsePAM no
                        StrictModes no
                        PermitRootLogin yes
                        Subsystem sftp internal-sftp
                        """.formatted(port, folder.resolve("host_key")));
    }

    public void start() throws Exception {
        var command = mounts.inside(
                "setpriv",
                "--pdeathsig",
                "KILL",
                SERVER.toString(),
                "-D",
                "-E",
                folder.resolve("log").toString(),
                "-f",
                folder.resolve("sshd_config").toString());
        process = new ProcessBuilder(command).inheritIO().start();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IllegalStateException("sshd does not answer: " + log());
            }
            Thread.onSpinWait();
        }
    }

    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.getInputStream().read() == 'S';
        } catch (IOException _) {
            return false;
        }
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** The server ends, and with it all connections. */
    void stop() {
        var server = process;
        if (server != null) {
            dropConnections();
            server.destroyForcibly().onExit().join();
        }
    }

    /** Ends the connections, as a network that goes away; what runs on them is left alone. */
    void dropConnections() {
        var server = process;
        if (server != null) {
            var connections = server.descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("sshd"))
                    .toList();
            connections.forEach(ProcessHandle::destroyForcibly);
            connections.forEach(child -> child.onExit().join());
        }
    }

    /** Whether any process of this computer has this in its command line. */
    static boolean runs(String text) {
        return ProcessHandle.allProcesses()
                .anyMatch(process -> process.info().commandLine().orElse("").contains(text));
    }

    int port() {
        return port;
    }

    OwnMounts mounts() {
        return mounts;
    }

    /** Another file of keys that are let in, from the next start on, which is now. */
    void allow(String authorizedKeys) throws Exception {
        stop();
        configure("AuthorizedKeysFile " + authorizedKeys);
        start();
    }

    /** Whatever it is asked to run, it answers this, as a computer with another shell would. */
    void answer(String text) throws Exception {
        stop();
        Files.writeString(mounts.seen("/mnt/answer"), text);
        configure("ForceCommand cat /mnt/answer");
        start();
    }

    /** Puts a program there, and returns its path. */
    public String program(String name, String script) throws IOException {
        var file = Files.writeString(mounts.seen("/mnt/" + name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return "/mnt/" + name;
    }

    /** As {@code ssh-keygen -l} prints it. */
    String fingerprint() throws IOException {
        var process = new ProcessBuilder(
                        "ssh-keygen", "-l", "-f", folder.resolve("host_key.pub").toString())
                .start();
        try (var out = process.inputReader()) {
            return out.readLine().split(" ", -1)[1];
        }
    }

    /** Another computer in its place, as it were; from the next start on. */
    void newHostKey() throws Exception {
        newKey("host_key");
    }

    /** Makes a key pair in place of the one of that name. */
    Path newKey(String name, String... options) throws Exception {
        var file = folder.resolve(name);
        Files.deleteIfExists(file);
        Files.deleteIfExists(folder.resolve(name + ".pub"));
        var command = new ArrayList<>(List.of("ssh-keygen", "-q", "-t", "ed25519", "-f", file.toString()));
        command.addAll(options.length == 0 ? List.of("-N", "") : List.of(options));
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException(command.toString());
        }
        return file;
    }

    /** A file of known hosts with its key as it is now. */
    Path knownHosts() throws IOException {
        var key = Files.readString(folder.resolve("host_key.pub"));
        return Files.writeString(folder.resolve("known_hosts"), "[127.0.0.1]:%d %s".formatted(port, key));
    }

    Path secret(String name, String text) throws IOException {
        var file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    public SshTarget target() throws IOException {
        return target(new Credential.Key(folder.resolve("key"), Optional.empty()));
    }

    SshTarget target(Credential credential) throws IOException {
        return new SshTarget("build", "127.0.0.1", port, USER, credential, knownHosts());
    }

    @Override
    public void close() {
        stop();
        mounts.close();
    }
}
