package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.Role;
import dev.clusterbox.network.Ipv4;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written where, on hosts that are not this one; a folder stands in for the kernel's. */
final class GroupsTest {

    private static final MachineSpec SPEC = new MachineSpec(
            MachineName.parse("demo-lb"),
            "demo",
            Role.LOAD_BALANCER,
            "lb",
            "demo",
            Ipv4.parse("192.168.56.10"),
            2,
            512,
            10,
            Map.of());

    @TempDir
    Path mount;

    /** The kernel makes these files with the folder; here they must be there before. */
    private void files(String... names) throws Exception {
        for (var name : names) {
            Files.createDirectories(mount.resolve(name).getParent());
            Files.writeString(mount.resolve(name), "");
        }
    }

    @Test
    void in_version_2_a_machine_gets_its_limits_in_one_group() throws Exception {
        files("clusterbox-x/m/memory.max", "clusterbox-x/m/cpu.weight", "clusterbox-x/m/pids.max");
        var groups = new OwnGroups(List.of(new Hierarchy(mount, true, Set.of())), "clusterbox-x");

        var placement = groups.prepare("m", SPEC);

        assertEquals(List.of(mount.resolve("clusterbox-x/m/cgroup.procs").toString()), placement.files());
        assertEquals(List.of(), placement.prefix());
        assertEquals("536870912", Files.readString(mount.resolve("clusterbox-x/m/memory.max")));
        assertEquals("200", Files.readString(mount.resolve("clusterbox-x/m/cpu.weight")));
        assertEquals("16384", Files.readString(mount.resolve("clusterbox-x/m/pids.max")));
    }

    @Test
    void in_version_1_a_set_of_processors_is_passed_on_or_the_group_takes_no_process() throws Exception {
        Files.writeString(mount.resolve("cpuset.cpus"), "0-1\n");
        Files.writeString(mount.resolve("cpuset.mems"), "0\n");
        var groups = new OwnGroups(List.of(new Hierarchy(mount, false, Set.of("cpuset"))), "clusterbox-x");

        groups.prepare("m", SPEC);

        assertEquals("0-1\n", Files.readString(mount.resolve("clusterbox-x/cpuset.cpus")));
        assertEquals("0\n", Files.readString(mount.resolve("clusterbox-x/cpuset.mems")));
        assertEquals("1", Files.readString(mount.resolve("clusterbox-x/cgroup.clone_children")));
    }

    @Test
    void a_group_goes_with_the_groups_that_were_made_in_it() throws Exception {
        Files.createDirectories(mount.resolve("clusterbox-x/m/payload/system.slice"));
        var groups = new OwnGroups(List.of(new Hierarchy(mount, true, Set.of())), "clusterbox-x");

        groups.remove("m");
        groups.remove("m");
        groups.tidy();

        assertFalse(Files.exists(mount.resolve("clusterbox-x")));
    }

    @Test
    void under_systemd_a_machine_is_a_scope_that_systemd_leaves_alone() throws Exception {
        var run = new ArrayList<String>();
        var scopes = new SystemdScopes(
                (command, _) -> {
                    run.add(command.toString());
                    return new CommandResult(command, 0, "", "");
                },
                List.of(new Hierarchy(mount, true, Set.of())),
                new OwnGroups(List.of(), "clusterbox-x"),
                "x");
        Files.createDirectories(mount.resolve("clusterbox_x.slice/m.scope/payload"));

        var placement = scopes.prepare("m", SPEC);
        scopes.remove("m");
        scopes.tidy();

        assertEquals(
                "systemd-run --scope --quiet --collect --description=Clusterbox machine demo-lb --unit=m --slice=clusterbox_x.slice --property=Delegate=yes"
                        + " --property=MemoryMax=512M --property=CPUWeight=200 --property=TasksMax=16384 --",
                Command.of(placement.prefix()).toString());
        assertEquals(List.of("systemctl stop m.scope", "systemctl stop clusterbox_x.slice"), run);
        assertFalse(Files.exists(mount.resolve("clusterbox_x.slice/m.scope")));
    }
}
