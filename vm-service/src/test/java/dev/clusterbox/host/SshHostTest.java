package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same over a real SSH server, as a user who is not root. */
@NullUnmarked // what all tests share is set before them
final class SshHostTest extends HostContract {

    @TempDir
    static Path scratch;

    private static Sshd sshd;
    private static SshHost host;

    @BeforeAll
    static void start() throws Exception {
        sshd = new Sshd(scratch);
        host = new SshHost(sshd.target());
    }

    @AfterAll
    static void end() throws Exception {
        host.close();
        sshd.close();
    }

    @Override
    protected Host host() {
        return host;
    }

    @Override
    protected String smallDisk() {
        return "/mnt/small";
    }

    @Test
    void all_of_this_went_over_one_connection() throws Exception {
        host.run(Command.of("true"));
        assertEquals(
                1,
                sshd.log()
                        .lines()
                        .filter(line -> line.contains("Accepted publickey"))
                        .count(),
                sshd.log());
        assertEquals("build", host.name());
        assertEquals(Sshd.HOME, host.home());
    }

    @Test
    void the_computer_tells_what_it_has_as_this_one_does() throws Exception {
        var there = RemoteLook.at(host).facts(host.freeMiB("/mnt/small"), _ -> false);
        var here = Hosts.facts(scratch, _ -> false);

        assertEquals(here.memoryMiB(), there.memoryMiB());
        assertEquals(here.cpus(), there.cpus());
        assertEquals(8, there.diskFreeMiB());
        assertEquals(here.usedNetworks(), there.usedNetworks());
    }

    @Test
    void a_path_that_is_not_absolute_is_a_bug() {
        assertThrows(IllegalArgumentException.class, () -> host.remove("relative"));
        assertThrows(IllegalArgumentException.class, () -> host.remove("//"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> host.run(Command.of("a\0b")))
                .getMessage()
                .contains("NUL"));
    }
}
