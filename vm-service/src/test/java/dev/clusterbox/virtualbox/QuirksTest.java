package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the real VBoxManage does unlike others, and what the code relies on: a newer one that does otherwise is noticed here. */
final class QuirksTest {

    @TempDir
    static Path scratch;

    private static @Nullable RealVirtualBox started;

    @BeforeAll
    static void start() throws Exception {
        started = RealVirtualBox.start(scratch.resolve("virtualbox"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (started != null) {
            started.close();
        }
    }

    private static RealVirtualBox box() {
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    private final VBoxManage manage = box().manage();

    private String clone(String base, String name) throws Exception {
        manage.run(
                "clonevm",
                base,
                "--snapshot",
                "baked",
                "--name",
                name,
                "--options",
                "link",
                "--basefolder",
                box().folder().resolve("clones").toString(),
                "--register");
        return name;
    }

    private MachineInfo info(String name) throws Exception {
        return MachineInfo.parse(manage.run("showvminfo", name, "--machinereadable"));
    }

    @Test
    void what_is_not_there_is_not_found() {
        var e = assertThrows(ProblemException.class, () -> manage.run("showvminfo", "nobody", "--machinereadable"));

        assertEquals(Code.NOT_FOUND, e.problem().code());
    }

    @Test
    void an_unknown_command_is_a_problem() {
        assertThrows(ProblemException.class, () -> manage.run("frobnicate"));
    }

    @Test
    void there_is_no_hostonlynet_on_linux() {
        assertThrows(ProblemException.class, () -> manage.run("list", "hostonlynets"));
    }

    @Test
    void nothing_noted_is_no_error_and_no_value() throws Exception {
        assertEquals(Optional.empty(), manage.extraData("global", "clusterbox/nothing"));
    }

    @Test
    void waiting_in_vain_for_a_guest_property_is_an_error_though_it_exits_with_0() throws Exception {
        box().template("waits");

        assertThrows(
                ProblemException.class,
                () -> manage.run("guestproperty", "wait", "waits", "/VirtualBox/*", "--timeout", "10"));
        manage.run("unregistervm", "waits", "--delete");
    }

    @Test
    void removing_a_base_with_clones_fails_and_has_unregistered_it() throws Exception {
        box().template("base");
        clone("base", "clone");

        assertThrows(ProblemException.class, () -> manage.run("unregistervm", "base", "--delete"));

        assertThrows(ProblemException.class, () -> info("base"));
        assertTrue(Files.exists(box().folder().resolve("images/base/disk.vdi")));
        manage.run("unregistervm", "clone", "--delete");
    }

    @Test
    void a_clone_has_other_hardware_addresses_and_the_group_of_its_source() throws Exception {
        box().template("source");
        manage.run("modifyvm", "source", "--nic1", "nat");
        manage.run("snapshot", "source", "take", "baked2");
        manage.run(
                "clonevm",
                "source",
                "--snapshot",
                "baked2",
                "--name",
                "copy",
                "--options",
                "link",
                "--groups",
                "/else",
                "--basefolder",
                box().folder().resolve("clones").toString(),
                "--register");

        assertNotEquals(
                info("source").fields().get("macaddress1"),
                info("copy").fields().get("macaddress1"));
        assertEquals("/", info("copy").fields().get("groups"));
        manage.run("unregistervm", "copy", "--delete");
        manage.run("unregistervm", "source", "--delete");
    }

    @Test
    void names_of_machines_and_of_snapshots_are_taken_twice() throws Exception {
        box().template("twice");
        manage.run("snapshot", "twice", "take", "baked");
        manage.run(
                "createvm",
                "--name",
                "twice",
                "--basefolder",
                box().folder().resolve("twice").toString(),
                "--register");

        var same = Registry.parse(manage.run("list", "vms")).stream()
                .filter(listed -> listed.name().equals("twice"))
                .toList();
        assertEquals(2, same.size());
        for (var machine : same) {
            manage.run("unregistervm", machine.id().toString(), "--delete");
        }
    }

    @Test
    void the_same_machine_is_changed_by_several_at_once_without_an_error() throws Exception {
        box().template("busy");

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<String>>();
            for (int i = 0; i < 6; i++) {
                int memory = 128 + i;
                all.add(threads.submit(() -> manage.run("modifyvm", "busy", "--memory", Integer.toString(memory))));
            }
            for (var one : all) {
                one.get();
            }
        }
        manage.run("unregistervm", "busy", "--delete");
    }

    @Test
    void a_machine_can_be_removed_right_after_it_was_turned_off() throws Exception {
        box().template("quick");
        manage.run("startvm", "quick", "--type", "headless");
        manage.run("controlvm", "quick", "poweroff");

        manage.run("unregistervm", "quick", "--delete");
    }

    @Test
    void what_was_in_the_drive_when_a_machine_was_started_is_locked_until_it_is_off() throws Exception {
        box().template("drive");
        var disk = Files.write(box().folder().resolve("first.iso"), new byte[1 << 20])
                .toString();
        attach("drive", disk);
        manage.run("startvm", "drive", "--type", "headless");
        attach("drive", "emptydrive");

        assertThrows(ProblemException.class, () -> manage.run("closemedium", "dvd", disk));
        manage.run("controlvm", "drive", "poweroff");
        manage.run("unregistervm", "drive", "--delete");
        manage.run("closemedium", "dvd", disk);
        assertFalse(manage.run("list", "dvds").contains(disk));
    }

    private void attach(String name, String medium) throws Exception {
        manage.run(
                "storageattach",
                name,
                "--storagectl",
                "SATA",
                "--port",
                "1",
                "--device",
                "0",
                "--type",
                "dvddrive",
                "--medium",
                medium,
                "--forceunmount");
    }

    @Test
    void two_virtualboxes_know_nothing_of_each_other() throws Exception {
        box().template("mine");
        try (var other = RealVirtualBox.start(scratch.resolve("other"))) {
            assertEquals(List.of(), Registry.parse(other.manage().run("list", "vms")));
        }
        manage.run("unregistervm", "mine", "--delete");
    }
}
