package dev.clusterbox.agent.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.gateway.TestAuthority;
import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandResult;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityStoreTest {

    private final TestAuthority authority = new TestAuthority("installation");
    private Path root;
    private IdentityStore store;

    @BeforeEach
    void machine(@TempDir Path root) {
        this.root = root;
        this.store = new IdentityStore(root);
    }

    private Properties properties() {
        var properties = new Properties();
        properties.setProperty("machine", "m-1");
        properties.setProperty("gateway", "192.168.56.1:8443");
        properties.setProperty("token", "secret-token");
        properties.setProperty("authority", authority.pem());
        properties.setProperty("time", "2026-01-01T00:00:00Z");
        properties.setProperty("kernel", "own");
        return properties;
    }

    private CertificateChain chain(KeyAndRequest key, TestAuthority by) {
        return new CertificateChain(
                List.of(by.issue("CN=m-1", TestAuthority.keyOf(key.request()), List.of(), Duration.ofDays(90))));
    }

    @Test
    void the_key_is_on_disk_and_private_before_anybody_sees_it() throws Exception {
        var key = store.keyFor(Seed.parse(properties()));
        var file = root.resolve("var/lib/clusterbox/agent/agent.pem");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        assertArrayEquals(
                key.request(),
                new IdentityStore(root).keyFor(Seed.parse(properties())).request());
        assertTrue(store.read().isEmpty());
    }

    @Test
    void what_was_enrolled_is_read_again() throws Exception {
        var seed = Seed.parse(properties());
        var key = store.keyFor(seed);
        store.enrolled(seed, key, chain(key, authority));
        var read = new IdentityStore(root).read().orElseThrow();
        assertEquals("m-1", read.machine());
        assertEquals(seed.gateway(), read.gateway());
        assertEquals(authority.certificate(), read.authority());
        assertFalse(read.sharedKernel());
        assertTrue(read.chain().isFor(read.key().key()));
    }

    @Test
    void the_token_is_on_no_disk_but_the_seeds() throws Exception {
        var seed = Seed.parse(properties());
        var key = store.keyFor(seed);
        store.enrolled(seed, key, chain(key, authority));
        try (var files = Files.list(root.resolve("var/lib/clusterbox/agent"))) {
            for (var file : files.toList()) {
                assertFalse(Files.readString(file).contains("secret-token"), file.toString());
            }
        }
        assertFalse(seed.toString().contains("secret-token"));
    }

    @Test
    void a_certificate_of_another_authority_or_key_is_not_taken() throws Exception {
        var seed = Seed.parse(properties());
        var key = store.keyFor(seed);
        assertThrows(
                ProblemException.class, () -> store.enrolled(seed, key, chain(key, new TestAuthority("installation"))));
        var other = KeyAndRequest.make("CN=m-1", List.of());
        assertThrows(ProblemException.class, () -> store.enrolled(seed, key, chain(other, authority)));
        assertTrue(store.read().isEmpty());
    }

    @Test
    void renewal_changes_key_and_certificate_together() throws Exception {
        var seed = Seed.parse(properties());
        var key = store.keyFor(seed);
        var before = store.enrolled(seed, key, chain(key, authority));
        var next = store.nextKey(before);
        assertArrayEquals(next.request(), store.nextKey(before).request(), "after a lost answer");
        assertArrayEquals(key.request(), store.read().orElseThrow().key().request(), "the old one until then");
        store.renewed(before, next, chain(next, authority));
        var after = store.read().orElseThrow();
        assertArrayEquals(next.request(), after.key().request());
        assertTrue(after.chain().isFor(after.key().key()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent.pem", "identity.properties"})
    void a_file_that_a_crash_emptied_is_no_identity_and_enrolment_repairs_it(String name) throws Exception {
        var seed = Seed.parse(properties());
        var key = store.keyFor(seed);
        store.enrolled(seed, key, chain(key, authority));
        Files.writeString(root.resolve("var/lib/clusterbox/agent").resolve(name), "");
        assertTrue(store.read().isEmpty());
        var again = store.keyFor(seed);
        store.enrolled(seed, again, chain(again, authority));
        assertTrue(store.read().isPresent());
    }

    @ParameterizedTest
    @CsvSource({
        "machine,", "machine,../../x", "gateway,", "gateway,host", "gateway,host:0", "gateway,host:99999",
        "gateway,user@host:1", "gateway,host:1/x", "token,", "authority,", "authority,rubbish", "time,yesterday",
        "kernel,mine", "kernel,"
    })
    void a_seed_that_cannot_be_right_is_a_problem_with_a_way_out(String key, String value) {
        var properties = properties();
        properties.setProperty(key, value == null ? "" : value);
        assertThrows(ProblemException.class, () -> Seed.parse(properties));
    }

    @Test
    void a_seed_is_read_as_it_is_planted() throws IOException {
        var file = root.resolve("var/lib/clusterbox/seed.properties");
        Files.createDirectories(file.getParent());
        assertTrue(Seed.read(root).isEmpty());
        Files.writeString(
                file,
                "machine=m-1\ngateway=[fd00::1]:8443\ntoken=t\ntime=2026-01-01T00:00:00Z\nkernel=shared\nauthority="
                        + authority.pem().replace("\n", "\\n") + "\n");
        var seed = Seed.read(root).orElseThrow();
        assertEquals(authority.certificate(), seed.authority());
        assertEquals(new GatewayAddress("[fd00::1]", 8443), seed.gateway());
        assertTrue(seed.sharedKernel());
    }

    @Test
    void a_clock_that_is_behind_is_set_forward_but_never_the_hosts() throws Exception {
        var commands = new ArrayList<Command>();
        var now = Instant.parse("2020-01-01T00:00:00Z");
        var clock = new MachineClock(() -> now, command -> {
            commands.add(command);
            return new CommandResult(0, "", "");
        });
        clock.atLeast(now.minusSeconds(1), false);
        clock.atLeast(now.plusSeconds(3600), true);
        assertEquals(List.of(), commands);
        clock.atLeast(now.plusSeconds(3600), false);
        assertEquals("date --utc --set=@1577840401", commands.getFirst().toString());
    }
}
