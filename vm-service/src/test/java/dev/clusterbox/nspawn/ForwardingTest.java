package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.host.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real bridges, and the real setting of the network namespace that the tests have to themselves. */
final class ForwardingTest {

    private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final String MINE = "cbx0000000001";
    private static final String YOURS = "cbx0000000002";

    @TempDir
    Path scratch;

    private final Ip ip = new Ip(TestHost.RUNNER);
    private final Forwarding mine = new Forwarding(ip);
    private final Forwarding yours = new Forwarding(ip);
    private HostState before = HostState.NOTHING;

    @BeforeEach
    void lookAtTheHost() throws Exception {
        before = HostState.now(scratch);
        assertEquals("0", setting());
    }

    @AfterEach
    void everythingIsGone() throws Exception {
        remove(MINE);
        remove(YOURS);
        Files.writeString(SETTING, "0");
        assertEquals(before, HostState.now(scratch));
    }

    private static String setting() throws Exception {
        return Files.readString(SETTING).strip();
    }

    private static void make(String bridge) throws Exception {
        TestHost.RUNNER
                .run(Command.of("ip", "link", "add", "name", bridge, "type", "bridge"))
                .orFail();
    }

    private void remove(String bridge) throws Exception {
        ip.removeIfThere(bridge);
    }

    @Test
    void the_last_installation_to_leave_restores() throws Exception {
        make(MINE);
        mine.on(MINE);
        make(YOURS);
        yours.on(YOURS);

        mine.leave(MINE);
        remove(MINE);
        assertEquals("1", setting());
        yours.leave(YOURS);
        assertEquals("0", setting());
    }

    @Test
    void a_host_that_forwarded_before_still_does() throws Exception {
        Files.writeString(SETTING, "1");
        make(MINE);

        mine.on(MINE);
        mine.leave(MINE);

        assertEquals("1", setting());
    }

    @Test
    void being_told_twice_does_not_take_our_own_setting_for_the_hosts() throws Exception {
        make(MINE);

        mine.on(MINE);
        new Forwarding(ip).on(MINE); // the service was started again
        mine.leave(MINE);
        assertEquals("0", setting());
        mine.leave(MINE); // it was killed before the bridge was removed
        assertEquals("0", setting());
    }

    @Test
    void nothing_outlives_the_bridges_that_could_be_taken_for_ours_later() throws Exception {
        make(MINE);
        mine.on(MINE);
        remove(MINE); // as the end of a network namespace does
        make(MINE);
        Files.writeString(SETTING, "1"); // another namespace, and its own setting

        mine.on(MINE);
        mine.leave(MINE);

        assertEquals("1", setting());
    }

    @Test
    void bridges_of_others_say_nothing_whatever_they_say() throws Exception {
        make("probe0");
        try {
            ip.note("probe0", "Clusterbox; ip_forward was 1");
            make(YOURS); // and one of ours that was made just now
            make(MINE);
            mine.on(MINE);

            mine.leave(MINE);

            assertEquals("0", setting());
        } finally {
            remove("probe0");
        }
    }
}
