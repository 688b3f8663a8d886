package dev.clusterbox.seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.SshPublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NoCloudSeedTest {

    private static final SshPublicKey HOST = new SshPublicKey(
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDSupNY4FxCYpg+F/++b/ev3a2OBrfDT"
                    + "LYRqZOpUfKJG4fB2WyJABbjMFAkmNbegTN2SdO6gttkRWuBk2o4pCBA=");
    private static final String PRIVATE = "-----BEGIN PRIVATE KEY-----\nMEEC\n+/==\n-----END PRIVATE KEY-----\n";

    private static NoCloudSeed seed() {
        return new NoCloudSeed(new SshPublicKey(SeedDisks.KEY), HOST, PRIVATE);
    }

    @Test
    void cloud_init_finds_it_by_its_label(@TempDir Path scratch) throws Exception {
        var disk = Files.write(scratch.resolve("seed.iso"), seed().image(Instant.now()));

        var found = new LocalRunner()
                .run(Command.of("blkid", "-p", "-o", "export", disk.toString()))
                .orFail();

        assertTrue(found.contains("\nLABEL=cidata\n"), found);
    }

    /** YAML of which every line is as it was written down: no value begins another. */
    @Test
    void it_says_who_may_enter_and_which_host_key_is_to_be_expected() {
        var lines = seed().files().getOrDefault("user-data", "").lines().toList();

        assertEquals("#cloud-config", lines.getFirst());
        assertTrue(lines.contains("      - \"" + SeedDisks.KEY + "\""), lines.toString());
        assertTrue(lines.contains("  ecdsa_public: \"" + HOST + "\""), lines.toString());
        assertTrue(
                lines.containsAll(List.of("    -----BEGIN PRIVATE KEY-----", "    MEEC", "    +/==")),
                lines.toString());
        assertTrue(lines.containsAll(List.of("    lock_passwd: true", "ssh_pwauth: false", "disable_root: true")));
        assertEquals(21, lines.size(), lines.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "MEEC",
                "-----BEGIN PRIVATE KEY-----\nMEEC\n-----END PRIVATE KEY-----\nruncmd: [reboot]\n",
                "-----BEGIN PRIVATE KEY-----\nMEEC\nruncmd: [reboot]\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nMEEC\n\n-----END PRIVATE KEY-----\n"
            })
    void a_private_key_cannot_say_more_than_a_key(String pem) {
        var user = new SshPublicKey(SeedDisks.KEY);
        var e = assertThrows(ProblemException.class, () -> new NoCloudSeed(user, HOST, pem));

        assertFalse(e.problem().message().contains("MEEC"), "a private key is in no message");
    }

    @Test
    void the_host_key_is_of_the_kind_that_it_is_declared_as() {
        var user = new SshPublicKey(SeedDisks.KEY);

        assertThrows(ProblemException.class, () -> new NoCloudSeed(user, user, PRIVATE));
    }

    @Test
    void the_private_key_is_not_in_its_text() {
        assertFalse(seed().toString().contains("MEEC"));
    }
}
