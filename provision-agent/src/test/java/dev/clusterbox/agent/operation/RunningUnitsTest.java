package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.operation.Outcome.Changed;
import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.RunUnit;
import dev.clusterbox.agent.v1.StopUnit;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningUnitsTest {

    private static final String SHOW =
            "systemctl show --timestamp=unix -p LoadState,ActiveState,UnitFileState,NeedDaemonReload,FragmentPath,DropInPaths,Result,NRestarts,ExecMainStatus,InactiveExitTimestamp -- etcd.service";
    private static final String FILE = "/etc/systemd/system/etcd.service";
    private static final String MEMORY = "/var/lib/clusterbox/agent/units/etcd.service";
    private static final String WANTED = "/etc/systemd/system/multi-user.target.wants/etcd.service";

    private Bench bench;

    @BeforeEach
    void machine(@TempDir Path root) throws Exception {
        bench = new Bench(root);
        bench.write(FILE, "[Service]\nExecStart=/usr/bin/etcd\n[Install]\nWantedBy=multi-user.target\n");
        bench.write("/etc/etcd/etcd.conf", "a");
        for (var verb : List.of("start", "restart", "stop", "enable", "disable --now", "reset-failed")) {
            bench.on("systemctl " + verb + " -- etcd.service", 0, "");
        }
        bench.on("systemctl daemon-reload", 0, "");
    }

    private static Operation.Builder running() {
        return Operation.newBuilder()
                .setRunUnit(RunUnit.newBuilder().setName("etcd").addInputs("/etc/etcd/etcd.conf"));
    }

    private void shows(String load, String active, String enabled, String reload) {
        shows(load, active, enabled, reload, Instant.now());
    }

    private void shows(String load, String active, String enabled, String reload, Instant started) {
        bench.on(SHOW, 0, """
                Result=success
                LoadState=%s
                ActiveState=%s
                FragmentPath=%s
                DropInPaths=
                UnitFileState=%s
                NeedDaemonReload=%s
                InactiveExitTimestamp=@%d
                """.formatted(
                        load, active, load.equals("loaded") ? FILE : "", enabled, reload, started.getEpochSecond()));
    }

    @Test
    void a_new_unit_is_linked_and_started_with_two_processes() throws Exception {
        shows("loaded", "inactive", "disabled", "no");
        var outcome = assertInstanceOf(Changed.class, bench.run(running()));
        assertEquals("systemctl enable etcd.service && systemctl start etcd.service", outcome.equivalent());
        assertEquals(List.of(SHOW, "systemctl start -- etcd.service"), bench.commands);
        assertEquals(Path.of(FILE), Files.readSymbolicLink(bench.at(WANTED)));
    }

    @Test
    void only_if_it_runs_it_is_started_anew() throws Exception {
        var ifRunning = running();
        ifRunning.getRunUnitBuilder().setOnlyIfRunning(true);
        for (var state : List.of("inactive", "failed")) {
            shows("loaded", state, "disabled", "no");
            assertInstanceOf(Unchanged.class, bench.run(ifRunning));
        }
        shows("not-found", "inactive", "", "no");
        assertInstanceOf(Unchanged.class, bench.run(ifRunning));
        assertFalse(Files.exists(bench.at(WANTED), LinkOption.NOFOLLOW_LINKS));

        shows("loaded", "inactive", "enabled", "no");
        bench.run(running());
        shows("loaded", "active", "enabled", "no");
        assertInstanceOf(Unchanged.class, bench.run(ifRunning));
        bench.write("/etc/etcd/etcd.conf", "b");
        bench.commands.clear();
        assertInstanceOf(Changed.class, bench.run(ifRunning));
        assertEquals(List.of(SHOW, "systemctl restart -- etcd.service"), bench.commands);
    }

    @Test
    void a_unit_that_runs_is_left_alone_with_one_process() throws Exception {
        shows("loaded", "inactive", "disabled", "no");
        bench.run(running());
        bench.commands.clear();
        // systemd still says disabled: it was not told of the link.
        shows("loaded", "active", "disabled", "no");
        assertInstanceOf(Unchanged.class, bench.run(running()));
        assertEquals(List.of(SHOW), bench.commands);
    }

    @Test
    void a_changed_input_or_unit_file_starts_it_anew_once() throws Exception {
        shows("loaded", "inactive", "enabled", "no");
        bench.run(running());
        shows("loaded", "active", "enabled", "no");
        for (var changed : List.of("/etc/etcd/etcd.conf", FILE)) {
            bench.write(changed, "[Install]\n#b");
            bench.commands.clear();
            assertInstanceOf(Changed.class, bench.dryRun(running()));
            assertEquals(List.of(SHOW), bench.commands);
            bench.commands.clear();
            assertInstanceOf(Changed.class, bench.run(running()));
            assertEquals(List.of(SHOW, "systemctl restart -- etcd.service"), bench.commands);
            assertInstanceOf(Unchanged.class, bench.run(running()));
        }
    }

    @Test
    void a_link_to_an_artifact_counts_by_its_target_and_is_not_read() throws Exception {
        var link = Files.createDirectories(bench.at("/usr/local/bin")).resolve("etcd");
        var running = running();
        running.getRunUnitBuilder().addInputs("/usr/local/bin/etcd");
        // Where there is nothing to read: the target alone counts.
        Files.createSymbolicLink(link, Path.of("/opt/clusterbox/artifacts", "a".repeat(64)));
        shows("loaded", "inactive", "enabled", "no");
        bench.run(running);
        shows("loaded", "active", "enabled", "no");
        assertInstanceOf(Unchanged.class, bench.run(running));
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("/opt/clusterbox/artifacts", "b".repeat(64)));
        assertInstanceOf(Changed.class, bench.run(running));
        assertInstanceOf(Unchanged.class, bench.run(running));
    }

    @Test
    void another_link_counts_by_what_it_leads_to() throws Exception {
        bench.write("/etc/etcd/real.conf", "a");
        Files.delete(bench.at("/etc/etcd/etcd.conf"));
        Files.createSymbolicLink(bench.at("/etc/etcd/etcd.conf"), Path.of("real.conf"));
        shows("loaded", "inactive", "enabled", "no");
        bench.run(running());
        shows("loaded", "active", "enabled", "no");
        assertInstanceOf(Unchanged.class, bench.run(running()));
        bench.write("/etc/etcd/real.conf", "b");
        assertInstanceOf(Changed.class, bench.run(running()));
    }

    @Test
    void where_a_unit_said_nothing_itself_systemd_is_heard() throws Exception {
        shows("loaded", "inactive", "enabled", "no");
        bench.on("systemctl start -- etcd.service", 1, "");
        bench.on("journalctl -b -q -n 5 -o cat _SYSTEMD_UNIT=etcd.service", 0, "");
        bench.on("journalctl -b -q -n 5 -o cat -u etcd.service", 0, "Failed to locate executable\n");
        var e = assertThrows(ProblemException.class, () -> bench.run(running()));
        assertEquals(
                "etcd.service did not start: inactive: Failed to locate executable",
                e.problem().message());
    }

    @Test
    void what_somebody_else_started_is_started_anew_to_be_sure_of_its_inputs() throws Exception {
        shows("loaded", "active", "enabled", "no");
        assertInstanceOf(Changed.class, bench.run(running()));
        assertTrue(bench.commands.contains("systemctl restart -- etcd.service"));
    }

    @Test
    void an_input_that_was_put_back_after_somebody_elses_start_has_not_been_read() throws Exception {
        shows("loaded", "inactive", "enabled", "no");
        bench.run(running());
        var anHourAgo = Instant.now().minus(Duration.ofHours(1));
        Files.setLastModifiedTime(bench.at(MEMORY), FileTime.from(anHourAgo));
        // The files of this test were all made just now.
        shows("loaded", "active", "enabled", "no", anHourAgo.plusSeconds(60));
        bench.commands.clear();
        var outcome = assertInstanceOf(Changed.class, bench.run(running()));
        assertEquals("started etcd.service: an input is newer than its last start", outcome.text());
        assertEquals(List.of(SHOW, "systemctl restart -- etcd.service"), bench.commands);
        // Since then its start is this agent's.
        assertInstanceOf(Unchanged.class, bench.run(running()));
    }

    @Test
    void somebody_elses_start_with_the_inputs_in_their_place_is_as_good() throws Exception {
        shows("loaded", "inactive", "enabled", "no");
        bench.run(running());
        // As after a reboot.
        shows("loaded", "active", "enabled", "no", Instant.now().plusSeconds(60));
        assertInstanceOf(Unchanged.class, bench.run(running()));
    }

    @Test
    void an_older_state_in_systemd_is_reloaded() throws Exception {
        shows("loaded", "inactive", "enabled", "yes");
        bench.run(running());
        assertEquals(List.of(SHOW, "systemctl daemon-reload", SHOW, "systemctl start -- etcd.service"), bench.commands);
    }

    @Test
    void a_mask_of_an_allowed_unit_is_taken_off() throws Exception {
        Files.delete(bench.at(FILE));
        Files.createSymbolicLink(bench.at(FILE), Path.of("/dev/null"));
        shows("masked", "inactive", "masked", "no");
        // The answer does not change in this script, so the start is refused after the mask is gone.
        assertThrows(ProblemException.class, () -> bench.run(running()));
        assertFalse(Files.exists(bench.at(FILE), LinkOption.NOFOLLOW_LINKS));
        assertTrue(bench.commands.contains("systemctl daemon-reload"));
    }

    @Test
    void a_unit_with_an_alias_is_enabled_by_systemctl() throws Exception {
        bench.write(FILE, "[Service]\n[Install]\nWantedBy=multi-user.target\nAlias=etcd2.service\n");
        shows("loaded", "inactive", "disabled", "no");
        bench.run(running());
        assertTrue(bench.commands.contains("systemctl enable -- etcd.service"));
    }

    @Test
    void an_install_section_cannot_link_elsewhere() throws Exception {
        bench.write(FILE, "[Service]\n[Install]\nWantedBy=../../../tmp/x.target\n");
        shows("loaded", "inactive", "disabled", "no");
        bench.run(running());
        assertTrue(bench.commands.contains("systemctl enable -- etcd.service"));
        assertEquals(List.of("/etc/etcd/etcd.conf", FILE), bench.files());
    }

    @Test
    void a_unit_that_is_not_there_is_not_found() {
        shows("not-found", "inactive", "", "no");
        var e = assertThrows(ProblemException.class, () -> bench.run(running()));
        assertEquals(Code.NOT_FOUND, e.problem().code());
    }

    @Test
    void a_failed_start_tells_what_the_unit_said_and_is_tried_again() throws Exception {
        shows("loaded", "inactive", "enabled", "no");
        bench.on("systemctl start -- etcd.service", 1, "");
        bench.on("journalctl -b -q -n 5 -o cat _SYSTEMD_UNIT=etcd.service", 0, "bind: address in use\nexit 1\n");
        var e = assertThrows(ProblemException.class, () -> bench.run(running()));
        assertEquals(
                "etcd.service did not start: inactive: bind: address in use; exit 1",
                e.problem().message());
        bench.on("systemctl start -- etcd.service", 0, "");
        assertInstanceOf(Changed.class, bench.run(running()));
    }

    @Test
    void stopping_is_done_once_and_forgets_the_inputs() throws Exception {
        shows("loaded", "inactive", "disabled", "no");
        bench.run(running());
        var stop = Operation.newBuilder().setStopUnit(StopUnit.newBuilder().setName("etcd"));
        shows("loaded", "active", "enabled", "no");
        assertInstanceOf(Changed.class, bench.run(stop));
        assertTrue(bench.commands.contains("systemctl disable --now -- etcd.service"));
        Files.delete(bench.at(WANTED));
        shows("loaded", "inactive", "disabled", "no");
        assertInstanceOf(Unchanged.class, bench.run(stop));
        shows("not-found", "inactive", "", "no");
        assertInstanceOf(Unchanged.class, bench.run(stop));
    }
}
