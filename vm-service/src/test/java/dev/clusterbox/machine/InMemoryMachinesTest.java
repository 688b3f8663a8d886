package dev.clusterbox.machine;

final class InMemoryMachinesTest extends MachineProviderContract {

    @Override
    protected MachineProvider provider() {
        return new InMemoryMachines();
    }
}
