package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.problem.Problem.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each entry of the catalogue with the text as VirtualBox prints it: {@code virtualbox/failures/ID.txt}. */
final class KnownFailuresTest {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\d}");

    static Stream<KnownFailure> failures() {
        return KnownFailures.all().stream();
    }

    /** What VirtualBox prints. */
    private static String printed(String id) {
        var file = "/virtualbox/failures/" + id + ".txt";
        try (var in = Objects.requireNonNull(KnownFailuresTest.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CommandResult failed(String stderr) {
        return new CommandResult(Command.of("VBoxManage", "startvm", "demo-node-1"), 1, "", stderr);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void what_virtualbox_prints_is_recognised_as_what_it_is(KnownFailure failure) {
        var printed = printed(failure.id());

        assertEquals(Optional.of(failure.id()), KnownFailures.find(printed).map(KnownFailure::id));
        assertEquals(
                Optional.of(failure.id()),
                KnownFailures.find(printed.replace("\n", "\r\n")).map(KnownFailure::id),
                "with Windows' line ends");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_person_reads_one_sentence_and_what_to_do(KnownFailure failure) {
        for (var platform : Platform.values()) {
            var problem = KnownFailures.explain(failed(printed(failure.id())), Optional.of(platform));

            assertEquals(failure.code(), problem.code());
            assertTrue(problem.message().startsWith(failure.sentence(printed(failure.id()))), problem.message());
            assertFalse(PLACEHOLDER.matcher(problem.message()).find(), problem.message());
            assertFalse(problem.message().contains("\n"), "one line for terminals: " + problem.message());
            assertFalse(problem.hint().isBlank());
        }
        assertFalse(failure.advice(Optional.empty()).isBlank());
    }

    @Test
    void there_are_more_than_thirty_and_none_twice() {
        var all = KnownFailures.all();

        assertTrue(all.size() >= 30, all.size() + " entries");
        assertEquals(
                all.size(), new HashSet<>(all.stream().map(KnownFailure::id).toList()).size());
        assertEquals(
                all.size(), new HashSet<>(all.stream().map(KnownFailure::says).toList()).size());
    }

    @Test
    void the_advice_is_that_of_the_computer_with_virtualbox() {
        var result = failed(printed("driver-not-loaded"));

        assertTrue(KnownFailures.explain(result, Optional.of(Platform.LINUX))
                .hint()
                .contains("modprobe vboxdrv"));
        assertTrue(KnownFailures.explain(result, Optional.of(Platform.MACOS))
                .hint()
                .contains("System Settings"));
        var anywhere = KnownFailures.explain(result).hint();
        assertTrue(anywhere.startsWith("Linux: ") && anywhere.contains("; macOS: "), anywhere);
    }

    @Test
    void the_sentence_names_what_is_meant_and_virtualboxs_own_words_stand_behind_it() {
        assertEquals(
                "the file of a disk is gone (/nosuch.vdi): 'VBoxManage startvm demo-node-1' failed (exit code 1):"
                        + " Could not find file for the medium '/nosuch.vdi' (VERR_FILE_NOT_FOUND);"
                        + " Details: code VBOX_E_FILE_ERROR (0x80bb0004), component MediumWrap, interface IMedium,"
                        + " callee nsISupports",
                KnownFailures.explain(failed(printed("medium-lost"))).message());
    }

    @Test
    void what_is_not_known_is_said_in_virtualboxs_words() {
        var problem = KnownFailures.explain(failed("VBoxManage: error: Something new (VERR_NEW)\n"));

        assertEquals(Code.FAILED, problem.code());
        assertEquals(
                "'VBoxManage startvm demo-node-1' failed (exit code 1): Something new (VERR_NEW)", problem.message());
    }

    @Test
    void what_is_not_there_is_a_problem_that_programs_can_tell() {
        var snapshot = """
                VBoxManage: error: Could not find a snapshot named 'nosuchsnap'
                VBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component SessionMachine
                """;

        assertEquals(Code.NOT_FOUND, KnownFailures.explain(failed(snapshot)).code());
        assertEquals(
                Code.NOT_FOUND,
                KnownFailures.explain(failed(printed("machine-not-found"))).code());
    }

    @Test
    void debians_warning_on_the_standard_output_is_seen() {
        var warning = """
                WARNING: The character device /dev/vboxdrv does not exist.
                \t Please install the virtualbox-dkms package and the appropriate
                \t headers, most likely linux-headers-amd64.

                \t You will not be able to start VMs until this problem is fixed.
                Waiting for VM "node-linked" to power on...
                """;
        var result = new CommandResult(
                Command.of("VBoxManage", "startvm", "node-linked"), 1, warning, printed("terminated-at-start"));

        assertEquals(
                Optional.of("driver-not-loaded"),
                KnownFailures.find(result).map(KnownFailure::id),
                "the driver is why it has terminated");
        var missing = new CommandResult(
                Command.of("VBoxManage", "showvminfo", "nosuchvm"), 1, warning, printed("machine-not-found"));
        assertEquals(
                Optional.of("machine-not-found"),
                KnownFailures.find(missing).map(KnownFailure::id),
                "and has nothing to do with a machine that is not there");
    }

    @Test
    void other_recorded_failures_are_recognised_too() {
        for (var known : List.of(
                List.of("machine-locked", "The machine 'iem1' is already locked for a session (or being unlocked)"),
                List.of("machine-locked", "The machine 'par2' already has a lock request pending"),
                List.of("machine-locked", "Cannot unregister the machine 'iem1' while it is locked"),
                List.of("medium-locked", "Medium '/a/b.iso' is locked for writing by another task"),
                List.of("not-running", "Machine \"node-linked\" is not running (currently powered off)!"),
                List.of("shape-out-of-range", "Invalid virtual CPU count: 0 (must be in range [1, 64])"),
                List.of("in-use-by-kvm", "VirtualBox can't enable the AMD-V extension. (VERR_SVM_IN_USE)"),
                List.of("hyper-v", "Not in a hypervisor partition (HVP=0) (VERR_NEM_NOT_AVAILABLE)."),
                List.of(
                        "vt-x-off",
                        "Not in a hypervisor partition (HVP=0) (VERR_NEM_NOT_AVAILABLE).\n"
                                + "VBoxManage.exe: error: VT-x is disabled in the BIOS for all CPU modes"),
                List.of("interface-gone", "The host network interface named 'vboxnet7' could not be found"),
                List.of("interface-gone", "Nonexistent host networking interface, name 'vboxnet0'"),
                List.of("driver-of-another-version", "RTR3InitEx failed with rc=-1912 (rc=-1912)"),
                List.of("damaged-appliance", "Digest mismatch (VERR_NOT_EQUAL): 'a.iso' not found"))) {
            assertEquals(
                    Optional.of(known.getFirst()),
                    KnownFailures.find("VBoxManage: error: " + known.getLast() + "\n")
                            .map(KnownFailure::id),
                    known.getLast());
        }
    }

    @Test
    void what_is_remedied_without_asking_is_a_short_list() {
        assertEquals(
                List.of(
                        "interface-gone RENEW_INTERFACE",
                        "no-dhcp-server FINE",
                        "dhcp-server-left REMOVE_DHCP_SERVER",
                        "medium-registered-twice CLOSE_LOST_MEDIUM",
                        "medium-changed CLOSE_LOST_MEDIUM",
                        "medium-locked RETRY",
                        "medium-lost CLOSE_LOST_MEDIUM",
                        "name-taken REMOVE_LEFTOVERS",
                        "machine-inaccessible UNREGISTER_INACCESSIBLE",
                        "machine-locked RETRY",
                        "not-ready RETRY",
                        "session-closed-early RETRY",
                        "service-does-not-start RETRY"),
                KnownFailures.all().stream()
                        .filter(failure -> failure.remedy() != Remedy.NONE)
                        .map(failure -> failure.id() + " " + failure.remedy())
                        .toList());
    }
}
