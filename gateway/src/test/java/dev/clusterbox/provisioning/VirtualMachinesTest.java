package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.StandInVm.Seed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is different with virtual machines: the computer's room, a person's key, a seed that does not stay. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VirtualMachinesTest {

    private static final String ANNA =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn anna@laptop";
    private static final String BERT =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn bert";

    private final Installation installation = Installation.start();

    @AfterEach
    void down() {
        installation.vm.hasVirtualBox(List.of());
        var down = installation.rest().delete("/v1/clusters/demo");
        if (down.status() == 202) {
            assertTrue(installation.rest().awaitEnd(down.text("id")).startsWith("operation-succeeded"));
        }
        installation.vm.hasNoVirtualBox();
    }

    @AfterAll
    void end() {
        installation.close();
    }

    private String up(String subnet, String more) {
        var yaml = "{name: demo, provider: virtualbox, nodes: 1, controllers: 1, subnet: %s, through: agents%s}"
                .formatted(subnet, more);
        var answer = installation.rest().up(yaml);
        assertEquals(202, answer.status(), answer.body());
        return installation.rest().awaitEnd(answer.text("id"));
    }

    private List<String> keys(String subnet) {
        return installation.vm.seeds().stream()
                .filter(seed -> seed.address().startsWith(subnet))
                .map(Seed::sshPublicKey)
                .distinct()
                .toList();
    }

    @Test
    void the_persons_key_goes_with_each_seed_and_the_seed_is_forgotten_when_the_agent_attends() {
        installation.vm.hasVirtualBox(List.of());
        int before = installation.vm.forgotten().size();
        var end = up("127.0.70.0/24", ", sshPublicKey: " + ANNA);

        assertTrue(end.startsWith("operation-succeeded"), end);
        assertEquals(List.of(ANNA), keys("127.0.70."));
        assertEquals(
                List.of("demo-controller-1", "demo-haproxy", "demo-node-1"),
                installation.vm.forgotten().stream().skip(before).sorted().toList());
        // The machines are there: nothing is planted again, for whoever asks.
        int planted = installation.vm.seeds().size();
        assertTrue(up("127.0.70.0/24", ", sshPublicKey: " + BERT).startsWith("operation-succeeded"));
        assertEquals(planted, installation.vm.seeds().size());
    }

    @Test
    void without_a_key_a_seed_has_none() {
        installation.vm.hasVirtualBox(List.of());

        assertTrue(up("127.0.71.0/24", "").startsWith("operation-succeeded"));
        assertEquals(List.of("null"), keys("127.0.71."));
    }

    @Test
    void memory_and_disk_are_asked_for_before_anything_is_made_and_running_machines_have_theirs() {
        installation.vm.hasVirtualBox(List.of());
        int before = installation.vm.examined().size();

        assertTrue(up("127.0.72.0/24", "").startsWith("operation-succeeded"));
        assertTrue(up("127.0.72.0/24", "").startsWith("operation-succeeded"));

        assertEquals(
                List.of("4608 MiB, 9216 MiB on disk, 127.0.72.0/24", "0 MiB, 0 MiB on disk, 127.0.72.0/24"),
                installation.vm.examined().stream().skip(before).toList());
    }

    @Test
    void what_the_doctor_calls_a_problem_ends_it_with_what_to_do_and_nothing_is_made() {
        installation.vm.hasVirtualBox(List.of(
                Map.of("severity", "FINE", "about", "version", "message", "VirtualBox 7.2.22", "hint", ""),
                Map.of("severity", "WARNING", "about", "KVM", "message", "may not start", "hint", "modprobe -r"),
                Map.of("severity", "PROBLEM", "about", "memory", "message", "2000 MiB are available", "hint", "end")));
        var end = up("127.0.73.0/24", "");

        assertTrue(end.startsWith("operation-failed"), end);
        assertTrue(end.contains("memory: 2000 MiB are available (end)"), end);
        assertEquals(List.of(), installation.vm.machines());
        assertEquals(List.of(), installation.vm.networks());
    }

    @Test
    void virtual_machines_are_waited_for_longer_than_containers() {
        assertEquals(30, MachineKind.of("nspawn").beforeNewSeed().toSeconds());
        assertTrue(MachineKind.of("virtualbox").beforeNewSeed().toSeconds() >= 180);
        assertTrue(MachineKind.of("virtualbox-desk").memoryReserved());
    }
}
