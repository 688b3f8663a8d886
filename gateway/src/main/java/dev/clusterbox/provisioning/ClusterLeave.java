package dev.clusterbox.provisioning;

import jakarta.inject.Singleton;
import java.util.List;

/** What happens before {@link ClusterUp} where machines are on their way out, to be replaced or not. */
@Singleton
record ClusterLeave(
        WakeMachines wakeMachines, DrainNodes drainNodes, LeaveEtcd leaveEtcd, RemoveMachines removeMachines) {

    List<List<Step>> stages() {
        return List.of(List.of(wakeMachines), List.of(drainNodes), List.of(leaveEtcd), List.of(removeMachines));
    }

    /** The id of the step by which an operation is known to have these. */
    String first() {
        return wakeMachines.id();
    }
}
