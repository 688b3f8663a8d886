package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.machine.Snapshot;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What VBoxManage 7.2.22 printed, read. */
final class ParsersTest {

    @Test
    void a_machine_is_read() {
        var machine = MachineInfo.parse(Recorded.output("showvminfo-poweroff"));

        assertEquals(UUID.fromString("4e2c5ce6-4c16-4258-84df-020c134c8754"), machine.id());
        assertEquals("kube-base", machine.name());
        assertEquals("/home/kube/VirtualBox VMs/kube/kube-base/kube-base.vbox", machine.file());
        assertEquals(PowerState.STOPPED, machine.power());
        assertFalse(machine.hasProcess());
        assertEquals(Optional.of("vboxnet0"), machine.hostOnlyInterface(2));
        assertEquals(Optional.empty(), machine.medium("SATA", 1));
        assertEquals(Optional.of("/home/kube/VirtualBox VMs/kube/kube-base/kube-base.vdi"), machine.medium("SATA", 0));
    }

    @Test
    void a_paused_and_a_saved_machine_are_told_apart() {
        var paused = MachineInfo.parse(Recorded.output("showvminfo-paused"));
        var saved = MachineInfo.parse(Recorded.output("showvminfo-saved"));

        assertEquals(PowerState.PAUSED, paused.power());
        assertTrue(paused.hasProcess());
        assertEquals(PowerState.SAVED, saved.power());
        assertFalse(saved.hasProcess());
    }

    @ParameterizedTest
    @CsvSource({
        "running, RUNNING, true",
        "livesnapshotting, RUNNING, true",
        "starting, STARTING, true",
        "restoring, STARTING, true",
        "paused, PAUSED, true",
        "saved, SAVED, false",
        "aborted-saved, SAVED, false",
        "aborted, STOPPED, false",
        "poweroff, STOPPED, false",
        "gurumeditation, STOPPED, true"
    })
    void every_state_has_a_meaning(String state, PowerState power, boolean process) {
        var machine =
                MachineInfo.parse("UUID=\"4e2c5ce6-4c16-4258-84df-020c134c8754\"\nVMState=\"%s\"\n".formatted(state));

        assertEquals(power, machine.power());
        assertEquals(process, machine.hasProcess());
    }

    @Test
    void a_description_does_not_make_a_machine_ours() {
        var machine = MachineInfo.parse("""
                UUID="4e2c5ce6-4c16-4258-84df-020c134c8754"
                CfgFile="/home/anna/VirtualBox VMs/x/x.vbox"
                description="mine
                CfgFile="/srv/clusterbox/machines/x/x.vbox"
                """);

        assertEquals("/home/anna/VirtualBox VMs/x/x.vbox", machine.file());
    }

    @Test
    void forwardings_are_read_and_those_for_other_protocols_left_out() {
        var machine = MachineInfo.parse("""
                UUID="4e2c5ce6-4c16-4258-84df-020c134c8754"
                Forwarding(0)="api,tcp,127.0.0.1,6443,,6443"
                Forwarding(1)="dns,udp,127.0.0.1,53,,53"
                """);

        assertEquals(List.of(new Forward("api", Ipv4.parse("127.0.0.1"), 6443, 6443)), machine.forwards());
    }

    @Test
    void interfaces_of_the_host_are_read() {
        var links = HostInterface.parse(Recorded.output("hostonlyifs"));

        assertEquals(
                List.of(new HostInterface(
                        "vboxnet0",
                        "HostInterfaceNetworking-vboxnet0",
                        Optional.of(Ipv4.parse("192.168.26.1")),
                        Optional.of(Cidr.parse("192.168.26.0/24")))),
                links);
    }

    @Test
    void an_interface_may_have_no_address() {
        var links =
                HostInterface.parse("Name:            vboxnet1\nIPAddress:       0.0.0.0\nNetworkMask:     0.0.0.0\n");

        assertEquals(Optional.empty(), links.getFirst().range());
    }

    @Test
    void machines_are_listed_by_name_and_id() {
        var listed = Registry.parse(Recorded.output("vms"));

        assertEquals(5, listed.size());
        assertEquals("drvless", listed.getFirst().name());
    }

    @Test
    void disks_have_parents() {
        var disks = Media.parse(Recorded.output("hdds"));

        assertTrue(disks.stream()
                .filter(disk -> !disk.parent().equals("base"))
                .allMatch(disk -> disks.stream().anyMatch(other -> other.uuid().equals(disk.parent()))));
    }

    @Test
    void snapshots_of_others_are_not_ours() {
        assertEquals(List.of(), TakenSnapshot.parse(Recorded.output("snapshots")));
    }

    @Test
    void snapshots_of_one_name_are_told_apart_by_their_description() {
        var first = new Snapshot(UUID.randomUUID(), "before", Instant.parse("2026-11-27T04:00:00.5Z"), 7);
        var second = new Snapshot(UUID.randomUUID(), "before", Instant.parse("2026-11-27T05:00:00Z"), 1);
        var printed = """
                SnapshotName="before"
                SnapshotUUID="f199a2ce-4d88-429e-890d-6442d8a95bfd"
                SnapshotDescription="%s"
                SnapshotName-1="before"
                SnapshotUUID-1="a1230d89-883e-4d2f-b6e5-ca2302add8be"
                SnapshotDescription-1="%s"
                CurrentSnapshotName="before"
                CurrentSnapshotUUID="a1230d89-883e-4d2f-b6e5-ca2302add8be"
                CurrentSnapshotNode="SnapshotName-1"
                """.formatted(TakenSnapshot.description(first), TakenSnapshot.description(second));

        assertEquals(
                List.of(
                        new TakenSnapshot("f199a2ce-4d88-429e-890d-6442d8a95bfd", first),
                        new TakenSnapshot("a1230d89-883e-4d2f-b6e5-ca2302add8be", second)),
                TakenSnapshot.parse(printed));
    }
}
