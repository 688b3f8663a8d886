package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waits for what a unit is to do. */
class UnitWatchTest {

    private static final String SHOW =
            "systemctl show --timestamp=unix -p LoadState,ActiveState,UnitFileState,NeedDaemonReload,FragmentPath,DropInPaths,Result,NRestarts,ExecMainStatus,InactiveExitTimestamp"
                    + " -- kube-apiserver.service";
    private static final String OWN = "journalctl -b -q -n 5 -o cat _SYSTEMD_UNIT=kube-apiserver.service";
    private static final String ALL = "journalctl -b -q -n 5 -o cat -u kube-apiserver.service";

    private Bench bench;

    @BeforeEach
    void machine(@TempDir Path root) {
        bench = new Bench(root);
        bench.on("kubectl get --raw=/readyz", 1, "");
        bench.on(OWN, 0, "I1122 starting\nError: unknown flag: --fo\u001b[0mo\n");
    }

    private static Operation.Builder ready(int seconds) {
        return Operation.newBuilder()
                .setAwaitCommand(AwaitCommand.newBuilder()
                        .addAllCommand(List.of("kubectl", "get", "--raw=/readyz"))
                        .setTimeoutSeconds(seconds)
                        .setWhat("the API to be ready")
                        .setUnit("kube-apiserver"));
    }

    private static String shown(String active, String result, int restarts, int status) {
        return "LoadState=loaded\nActiveState=%s\nResult=%s\nNRestarts=%d\nExecMainStatus=%d\n"
                .formatted(active, result, restarts, status);
    }

    private String failure(Operation.Builder operation) {
        var e = assertThrows(ProblemException.class, () -> bench.run(operation));
        assertEquals(Code.FAILED, e.problem().code());
        assertEquals(
                "on the machine: journalctl -u kube-apiserver.service",
                e.problem().hint());
        return e.problem().message().replaceFirst("^waited [0-9.,]+ s for ", "");
    }

    @Test
    void a_unit_that_failed_ends_the_wait_with_its_last_words() {
        bench.on(SHOW, 0, shown("failed", "exit-code", 0, 1));
        assertEquals(
                "the API to be ready: kube-apiserver.service failed (exit-code, status 1):"
                        + " I1122 starting; Error: unknown flag: --fo [0mo",
                failure(ready(3600)));
        assertEquals(List.of("kubectl get --raw=/readyz", SHOW, OWN), bench.commands);
    }

    @Test
    void so_does_one_that_was_to_listen() throws Exception {
        bench.on(SHOW, 0, shown("failed", "signal", 0, 9));
        bench.on(OWN, 0, "").on(ALL, 0, "Main process exited, code=killed, status=9/KILL\n");
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertEquals(
                "127.0.0.1:%d to listen: kube-apiserver.service failed (signal, status 9):".formatted(port)
                        + " Main process exited, code=killed, status=9/KILL",
                failure(Operation.newBuilder()
                        .setAwaitPort(AwaitPort.newBuilder()
                                .setAddress("127.0.0.1")
                                .setPort(port)
                                .setTimeoutSeconds(3600)
                                .setUnit("kube-apiserver"))));
    }

    @Test
    void a_start_limit_is_a_failure_without_a_status() {
        bench.on(SHOW, 0, shown("failed", "start-limit-hit", 5, 0))
                .on(OWN, 0, "")
                .on(ALL, 1, "");
        assertEquals("the API to be ready: kube-apiserver.service failed (start-limit-hit)", failure(ready(3600)));
    }

    @Test
    void the_end_of_long_words_is_kept() {
        bench.on(SHOW, 0, shown("failed", "exit-code", 0, 1)).on(OWN, 0, "usage ".repeat(500) + "\nthe error\n");
        var message = failure(ready(3600));
        assertTrue(message.endsWith("usage; the error"), message);
        assertTrue(message.length() < 600, message);
    }

    @Test
    void a_unit_that_is_started_again_and_again_is_given_up() {
        bench.first(SHOW, shown("activating", "exit-code", 7, 1), shown("activating", "exit-code", 11, 1));
        bench.on(SHOW, 0, shown("activating", "exit-code", 12, 1));
        assertEquals(
                "the API to be ready: kube-apiserver.service was started again 5 times (exit-code, status 1):"
                        + " I1122 starting; Error: unknown flag: --fo [0mo",
                failure(ready(3600)));
        assertEquals(3, bench.commands.stream().filter(SHOW::equals).count());
    }

    @Test
    void some_crashes_are_not_a_failure() throws Exception {
        // Restarts from before the wait do not count, nor do those of what is up again.
        bench.first(SHOW, shown("activating", "exit-code", 40, 1), shown("activating", "exit-code", 44, 1));
        bench.on(SHOW, 0, shown("active", "success", 46, 0));
        var e = assertThrows(ProblemException.class, () -> bench.run(ready(3)));
        assertEquals(Code.TIMED_OUT, e.problem().code());
        assertEquals(
                "waited 3 s for the API to be ready: it failed; kube-apiserver.service is active",
                e.problem().message());
        long looks = bench.commands.stream().filter(SHOW::equals).count();
        assertTrue(looks >= 3 && looks <= 7, bench.commands.toString());
    }

    @Test
    void a_start_by_hand_sets_the_count_back() {
        bench.first(SHOW, shown("activating", "exit-code", 9, 1), shown("activating", "exit-code", 0, 1));
        bench.on(SHOW, 0, shown("activating", "exit-code", 5, 1));
        assertTrue(failure(ready(3600)).contains("started again 5 times"));
    }

    @Test
    void what_has_come_true_at_once_needs_no_look() throws Exception {
        bench.on("kubectl get --raw=/readyz", 0, "ok");
        assertInstanceOf(Unchanged.class, bench.run(ready(5)));
        assertEquals(List.of("kubectl get --raw=/readyz"), bench.commands);
    }
}
