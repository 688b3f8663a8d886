package dev.clusterbox.bake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.nspawn.SshMachine;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.seed.NoCloudSeed;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real machine with Debian's sshd and sudo is baked, or not. */
@NullUnmarked // what each test has is set before it
final class BakeTest {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
    private static final String ARTIFACT = "0123456789abcdef".repeat(4);
    private static final int ARTIFACT_BYTES = 24 << 20;

    @TempDir
    Path scratch;

    private final BakeKeys keys = BakeKeys.make();
    private final List<String> told = new ArrayList<>();
    private SshMachine guest;

    @BeforeEach
    void start() throws Exception {
        write("payload/opt/clusterbox/agent/lib/agent.jar", "a jar");
        write("payload/opt/clusterbox/agent/runtime/bin/java", "#!/bin/sh\n");
        Files.setPosixFilePermissions(
                scratch.resolve("payload/opt/clusterbox/agent/runtime/bin/java"),
                PosixFilePermissions.fromString("rwxr-x---"));
        write("payload/etc/systemd/system/clusterbox-agent.service", """
                [Service]
                ExecStart=/bin/sleep infinity
                [Install]
                WantedBy=multi-user.target
                """);
        Files.createSymbolicLink(scratch.resolve("payload/opt/clusterbox/current"), Path.of("agent/lib"));
        Files.createDirectories(scratch.resolve("artifacts"));
        Files.write(scratch.resolve("artifacts").resolve(ARTIFACT), new byte[ARTIFACT_BYTES]);
        write("artifacts/.being-written", "");
        guest = new SshMachine(scratch);
        likeACloudImage();
    }

    private void write(String path, String text) throws Exception {
        var file = scratch.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(TIME));
    }

    /** What cloud-init makes of the seed disk; and what the root file system for containers does without. */
    private void likeACloudImage() throws Exception {
        var seed = keys.seed();
        guest.in("""
                chmod 4755 /usr/bin/sudo
                chmod 0440 /etc/sudoers
                systemctl unmask systemd-networkd.service systemd-resolved.service
                useradd --create-home --shell /bin/sh %1$s
                mkdir -m 0700 /home/%1$s/.ssh
                echo '%2$s' > /home/%1$s/.ssh/authorized_keys
                chown -R %1$s: /home/%1$s/.ssh
                echo '%1$s ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/90-cloud-init-users
                rm -f /etc/ssh/ssh_host_*
                (umask 077; echo '%3$s' > /etc/ssh/ssh_host_ecdsa_key)
                echo '%4$s' > /etc/ssh/ssh_host_ecdsa_key.pub
                mkdir -p /etc/cloud /var/lib/cloud/instances/x
                echo secret > /var/log/cloud-init.log
                systemctl restart ssh.service
                """.formatted(
                        NoCloudSeed.USER, seed.user(), seed.hostPrivateKey().strip(), seed.hostKey()))
                .orFail();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        if (guest != null) {
            guest.end();
        }
    }

    private void bake(GuestAccess access, Consumer<String> progress) throws InterruptedException {
        var payload = new Payload(scratch.resolve("payload"), Optional.of(scratch.resolve("artifacts")));
        new Bake(payload, Duration.ofSeconds(20)).run(access, progress);
    }

    private GuestAccess access() {
        return keys.access(guest.address(), 22);
    }

    private Problem refused(GuestAccess access, Consumer<String> progress) throws InterruptedException {
        var e = assertThrows(ProblemException.class, () -> bake(access, progress));
        assertFalse(guest.isOff(), "a guest that is not done is not switched off");
        return e.problem();
    }

    @Test
    void a_guest_becomes_an_image_and_switches_itself_off() throws Exception {
        bake(access(), told::add);
        for (int i = 0; i < 500 && !guest.isOff(); i++) {
            Thread.sleep(Duration.ofMillis(20));
        }

        assertTrue(guest.isOff());
        assertEquals("uploading: 100 % of 24 MiB", told.get(told.size() - 3), told.toString());
        assertEquals("a jar", Files.readString(guest.file("opt/clusterbox/agent/lib/agent.jar")));
        assertEquals(
                TIME,
                Files.getLastModifiedTime(guest.file("opt/clusterbox/agent/lib/agent.jar"))
                        .toInstant());
        assertEquals("rwxr-xr-x", permissions("opt/clusterbox/agent/runtime/bin/java"));
        assertEquals("rwxr-xr-x", permissions("opt/clusterbox/guest/clusterbox-seed"));
        assertEquals("rwx------", permissions("var/lib/clusterbox"));
        assertEquals(Path.of("agent/lib"), Files.readSymbolicLink(guest.file("opt/clusterbox/current")));
        assertEquals(ARTIFACT_BYTES, Files.size(guest.file("opt/clusterbox/artifacts/" + ARTIFACT)));
        assertFalse(Files.exists(guest.file("opt/clusterbox/artifacts/.being-written")));
        for (var gone : List.of(
                "home/" + NoCloudSeed.USER,
                "etc/sudoers.d/90-cloud-init-users",
                "etc/ssh/ssh_host_ecdsa_key",
                "var/lib/cloud",
                "var/log/cloud-init.log",
                "var/lib/systemd/random-seed")) {
            assertFalse(Files.exists(guest.file(gone)), gone);
        }
        assertFalse(Files.readString(guest.file("etc/passwd")).contains(NoCloudSeed.USER));
        assertFalse(Files.readString(guest.file("etc/shadow")).contains(NoCloudSeed.USER));
        assertEquals("", Files.readString(guest.file("etc/machine-id")));
        assertTrue(Files.exists(guest.file("etc/cloud/cloud-init.disabled")));
    }

    private String permissions(String path) throws Exception {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(guest.file(path), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void a_machine_of_the_image_lets_in_who_is_on_its_seed_disk_and_nobody_else() throws Exception {
        bake(access(), told::add);
        for (int i = 0; i < 500 && !guest.isOff(); i++) {
            Thread.sleep(Duration.ofMillis(20));
        }
        guest.startAgain();

        assertEquals(
                "enabled\nenabled\nenabled\nenabled\n",
                guest.in("systemctl is-enabled clusterbox-seed clusterbox-agent systemd-networkd systemd-resolved")
                        .orFail());
        assertEquals("masked\n", guest.in("systemctl is-enabled etcd || :").orFail());
        assertFalse(guest.in("systemctl is-active ssh.service").succeeded());
        assertEquals("", guest.in("ls /etc/ssh | grep host_ || :").orFail());

        guest.in("mkdir -p /etc/clusterbox; echo '%s' > /etc/clusterbox/authorized_keys; systemctl start ssh.service"
                        .formatted(keys.seed().user()))
                .orFail();
        var root = new GuestAccess(guest.address(), 22, "root", access().key(), Optional.empty());
        try (var session = GuestSession.open(root, Duration.ofSeconds(5))) {
            assertEquals("0\n", session.run("looking", "id -u", List.of(), Duration.ofSeconds(5), _ -> {}));
        }
        var formerUser = new GuestAccess(guest.address(), 22, NoCloudSeed.USER, access().key(), Optional.empty());
        assertEquals(Code.FORBIDDEN, refused(formerUser, _ -> {}).code());
    }

    @Test
    void a_host_key_that_is_not_the_expected_one_is_refused_before_anything_is_sent() throws Exception {
        var expected = BakeKeys.make().access("", 0).hostKey();
        var start = System.nanoTime();

        var problem =
                refused(new GuestAccess(guest.address(), 22, NoCloudSeed.USER, access().key(), expected), told::add);

        assertEquals(Code.FORBIDDEN, problem.code());
        assertTrue(problem.message().contains("does not have the guest's host key"), problem.message());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 10, "it is not tried again");
        assertEquals(
                "",
                guest.in("journalctl -q -o cat -u ssh | grep -i accepted || :").orFail());
    }

    @Test
    void a_key_that_the_guest_does_not_know_is_refused() throws Exception {
        var other = BakeKeys.make().access("", 0).key();

        var problem =
                refused(new GuestAccess(guest.address(), 22, NoCloudSeed.USER, other, access().hostKey()), told::add);

        assertEquals(Code.FORBIDDEN, problem.code());
        assertTrue(problem.message().contains("does not let 'clusterbox-bake' in"), problem.message());
    }

    @Test
    void a_connection_that_is_lost_in_the_middle_is_said_to_be_lost() throws Exception {
        var problem = refused(access(), sentence -> {
            if (sentence.startsWith("uploading: 50 %")) {
                killSession();
            }
        });

        assertEquals(Code.UNAVAILABLE, problem.code());
        assertEquals("uploading: the connection to the guest was lost", problem.message());
    }

    private void killSession() {
        try {
            guest.in("kill -9 $(pgrep -x -f 'sshd: %s.*')".formatted(NoCloudSeed.USER))
                    .orFail();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_disk_that_is_full_is_said_to_be_full() throws Exception {
        guest.in("mkdir -p /opt/clusterbox/artifacts; mount -t tmpfs -o size=4m tmpfs /opt/clusterbox/artifacts")
                .orFail();

        var problem = refused(access(), told::add);

        assertEquals(Code.FAILED, problem.code());
        assertTrue(problem.message().startsWith("uploading: the guest's disk is full: "), problem.message());
    }

    @Test
    void a_user_without_sudo_is_said_to_have_none() throws Exception {
        guest.in("rm /etc/sudoers.d/90-cloud-init-users").orFail();

        var problem = refused(access(), told::add);

        assertEquals(Code.FORBIDDEN, problem.code());
        assertTrue(problem.message().contains("has no sudo without a password"), problem.message());
    }

    @Test
    void packages_that_are_missing_and_nowhere_to_be_had_are_named() throws Exception {
        guest.in("dpkg --remove --force-depends socat conntrack; : > /etc/resolv.conf")
                .orFail();

        var problem = refused(access(), told::add);

        assertEquals(Code.UNAVAILABLE, problem.code());
        assertTrue(
                problem.message().startsWith("installing packages: apt in the guest reaches no mirror"),
                problem.message());
        assertTrue(told.contains("installing conntrack socat"), told.toString());
    }

    @Test
    void a_file_of_ours_that_cannot_be_read_is_not_taken_for_the_guests_fault() throws Exception {
        var problem = refused(access(), sentence -> {
            if (sentence.startsWith("uploading: 0 %")) {
                assertTrue(
                        scratch.resolve("artifacts").resolve(ARTIFACT).toFile().delete());
            }
        });

        assertTrue(problem.message().contains("cannot be read"), problem.message());
    }
}
