package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.provisioning.Step.Progress;
import dev.clusterbox.remote.VmClient;
import dev.clusterbox.remote.VmClient.Machine;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Has machines switched off in an orderly way; what is on them stays. */
@Singleton
final class SwitchOff {

    private final VmClient vms;

    SwitchOff(VmClient vms) {
        this.vms = vms;
    }

    void machines(Cluster cluster, Predicate<Machine> which, Progress progress) throws InterruptedException {
        var provider = cluster.spec().provider();
        var found =
                vms.machines(provider, cluster.name()).stream().filter(which).toList();
        var off = new AtomicInteger();
        Parallel.each(found, machine -> {
            vms.stop(provider, machine.name());
            progress.say("%d of %d machines off".formatted(off.incrementAndGet(), found.size()));
            return machine;
        });
    }
}
