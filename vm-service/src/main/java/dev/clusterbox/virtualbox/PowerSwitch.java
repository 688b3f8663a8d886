package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.PowerState;
import dev.clusterbox.virtualbox.Registry.Found;
import java.time.Duration;
import java.util.Optional;

/** Turns machines on and off. */
final class PowerSwitch {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    /** A guest that has only just started does not listen yet. */
    private static final int LOOKS_BETWEEN_PRESSES = 20;

    private final VBoxManage manage;
    private final Registry registry;
    private final Removal removal;
    private final Duration patience;

    /** @param patience for a machine that was asked to stop */
    PowerSwitch(VBoxManage manage, Registry registry, Removal removal, Duration patience) {
        this.manage = manage;
        this.registry = registry;
        this.removal = removal;
        this.patience = patience;
    }

    /** Starts one that has no process, in the background. */
    void start(Found machine) throws InterruptedException {
        manage.run(() -> isRunning(machine.id()), "startvm", machine.id(), "--type", "headless");
    }

    private boolean isRunning(String id) throws InterruptedException {
        return MachineInfo.parse(manage.run("showvminfo", id, "--machinereadable"))
                        .power()
                == PowerState.RUNNING;
    }

    /** Returns when it is off. What one that was saved had in memory is given up. */
    void stop(Found machine, boolean force) throws InterruptedException {
        if (!force && machine.info().power() == PowerState.RUNNING) {
            ask(machine);
        }
        var now = look(machine).orElse(machine);
        removal.turnOff(now);
        if (now.info().power() == PowerState.SAVED) {
            manage.run("discardstate", now.id());
        }
    }

    private Optional<Found> look(Found machine) throws InterruptedException {
        return registry.find(machine.stored().orElseThrow().spec().name()).filter(Found::ours);
    }

    private void ask(Found machine) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (int look = 0; System.nanoTime() < end; look++) {
            if (look % LOOKS_BETWEEN_PRESSES == 0) {
                manage.run("controlvm", machine.id(), "acpipowerbutton");
            }
            Thread.sleep(BETWEEN_LOOKS);
            if (look(machine).filter(now -> now.info().hasProcess()).isEmpty()) {
                return;
            }
        }
    }
}
