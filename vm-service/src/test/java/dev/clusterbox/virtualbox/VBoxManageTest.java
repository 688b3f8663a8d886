package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One quirk of VBoxManage each, with what it printed when it was recorded. */
final class VBoxManageTest {

    private static final String LOCKED = """
            VBoxManage: error: The machine 'par2' is already locked for a session (or being unlocked)
            VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap, interface IMachine, callee nsISupports
            VBoxManage: error: Context: "LockMachine(a->session, LockType_Write)" at line 901 of file VBoxManageModifyVM.cpp
            """;

    private static final String NOT_READY = "VBoxManage: error: The object is not ready\n";

    private final List<Command> asked = new ArrayList<>();

    /** Answers in their order; the last one again and again. */
    private VBoxManage answering(CommandResult... answers) {
        Queue<CommandResult> queue = new ArrayDeque<>(List.of(answers));
        CommandRunner host = new CommandRunner() {
            @Override
            public CommandResult run(Command command, Consumer<String> progress) {
                asked.add(command);
                var answer = queue.size() > 1 ? queue.remove() : queue.element();
                return new CommandResult(command, answer.exitCode(), answer.stdout(), answer.stderr());
            }
        };
        return new VBoxManage(host, "VBoxManage", Map.of("HOME", "/home/anna"), Duration.ZERO);
    }

    private static CommandResult result(int exitCode, String stdout, String stderr) {
        return new CommandResult(Command.of(), exitCode, stdout, stderr);
    }

    private static ProblemException failure(VBoxManage manage) {
        return assertThrows(ProblemException.class, () -> manage.run("showvminfo", "x"));
    }

    @Test
    void an_error_text_is_an_error_whatever_the_exit_code() {
        var manage = answering(
                result(0, "", "VBoxManage: error: Time out or interruption while waiting for a notification.\n"));

        assertTrue(failure(manage).problem().message().contains("Time out or interruption"));
    }

    @Test
    void a_warning_is_no_error() throws Exception {
        var manage = answering(result(0, "", "VBoxManage: warning: Interface \"vboxnet0\" doesn't seem to exist\n"));

        assertEquals("", manage.run("modifyvm", "x"));
    }

    @Test
    void progress_on_the_standard_error_is_no_error() throws Exception {
        var manage = answering(result(
                0,
                "Machine has been successfully cloned as \"node\"\n",
                "0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\n"));

        assertTrue(manage.run("clonevm", "x").contains("successfully"));
    }

    @Test
    void what_is_not_found_is_known_by_its_code_whatever_the_language() {
        var manage = answering(result(1, "", """
                VBoxManage: error: Eine registrierte Maschine mit dem Namen 'x' wurde nicht gefunden
                VBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component VirtualBoxWrap, interface IVirtualBox, callee nsISupports
                """));

        assertEquals(Code.NOT_FOUND, failure(manage).problem().code());
    }

    @Test
    void a_command_on_a_machine_that_is_off_fails_without_a_code() {
        var manage = answering(result(1, "", "VBoxManage: error: Machine 'node-linked' is not currently running.\n"));

        assertTrue(failure(manage).problem().message().contains("not currently running"));
    }

    @Test
    void debians_warning_on_the_standard_output_is_no_output() throws Exception {
        var manage = answering(result(0, """
                WARNING: The character device /dev/vboxdrv does not exist.
                \t Please install the virtualbox-dkms package and the appropriate
                \t headers, most likely linux-headers-amd64.

                \t You will not be able to start VMs until this problem is fixed.
                7.2.22_Debianr175245
                """, ""));

        assertEquals("7.2.22_Debianr175245\n", manage.run("--version"));
    }

    @Test
    void line_ends_of_windows_are_line_ends() throws Exception {
        assertEquals("a\nb\n", answering(result(0, "a\r\nb\r\n", "")).run("list", "vms"));
    }

    @Test
    void no_value_set_is_no_value_though_it_succeeds() throws Exception {
        assertEquals(
                Optional.empty(), answering(result(0, "No value set!\n", "")).extraData("x", "key"));
    }

    @Test
    void a_value_is_what_stands_after_its_name() throws Exception {
        assertEquals(
                Optional.of("{\"a\":\"Value: b\"}"),
                answering(result(0, "Value: {\"a\":\"Value: b\"}\n", "")).extraData("x", "key"));
    }

    @Test
    void all_values_are_read_with_their_keys() throws Exception {
        assertEquals(
                Map.of("clusterbox/a", "{\"x\":1, \"y\":2}", "HostOnly/vboxnet0/IPAddress", "192.168.56.1"),
                answering(result(
                                0,
                                "Key: HostOnly/vboxnet0/IPAddress, Value: 192.168.56.1\nKey: clusterbox/a, Value: {\"x\":1, \"y\":2}\n",
                                ""))
                        .extraData("global"));
    }

    @Test
    void what_is_not_ready_is_asked_again_and_not_for_ever() throws Exception {
        assertEquals(
                "ok", answering(result(1, "", NOT_READY), result(0, "ok", "")).run("list", "vms"));
        asked.clear();

        failure(answering(result(1, "", NOT_READY)));
        assertEquals(5, asked.size());
    }

    @Test
    void a_lock_that_is_being_given_back_is_waited_for_and_not_for_ever() throws Exception {
        assertEquals(
                "",
                answering(result(1, "", LOCKED), result(1, "", LOCKED), result(0, "", ""))
                        .run("modifyvm", "x"));
        asked.clear();

        failure(answering(result(1, "", LOCKED)));
        assertEquals(100, asked.size());
    }

    @Test
    void other_errors_are_not_tried_again() {
        failure(answering(result(1, "", """
                VBoxManage: error: The machine is not mutable (state is Saved)
                VBoxManage: error: Details: code VBOX_E_INVALID_VM_STATE (0x80bb0002), component SessionMachine, interface IMachine, callee nsISupports
                VBoxManage: error: Context: "COMSETTER(MemorySize)(ValueUnion.u32)" at line 988 of file VBoxManageModifyVM.cpp
                """)));

        assertEquals(1, asked.size());
    }

    @Test
    void it_speaks_english_and_knows_whose_settings_are_meant() throws Exception {
        answering(result(0, "", "")).run("list", "vms");

        assertEquals(
                Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", "C", "HOME", "/home/anna"),
                asked.getFirst().environment());
    }

    @Test
    void a_call_that_takes_ten_seconds_because_of_idleness_is_waited_for() throws Exception {
        answering(result(0, "", "")).run("list", "vms");

        assertTrue(asked.getFirst().limit().compareTo(Duration.ofSeconds(30)) >= 0);
    }
}
