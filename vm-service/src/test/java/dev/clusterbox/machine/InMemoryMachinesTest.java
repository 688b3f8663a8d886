package dev.clusterbox.machine;

final class InMemoryMachinesTest extends SnapshotsContract {

    @Override
    protected MachineProvider provider() {
        return new InMemoryMachines();
    }
}
