package dev.clusterbox.provisioning;

import jakarta.inject.Singleton;
import java.util.List;

/** What {@code stop} does: who uses a thing goes before it, so etcd is last. */
@Singleton
record ClusterStop(StopNodes stopNodes, StopControlPlane stopControlPlane, StopMachines stopMachines) {

    List<List<Step>> stages() {
        return List.of(List.of(stopNodes), List.of(stopControlPlane), List.of(stopMachines));
    }
}
