package dev.clusterbox.provisioning;

import jakarta.inject.Singleton;
import java.util.List;

/** What {@code down} does: the list of {@link ClusterUp} backwards. Nothing is left behind. */
@Singleton
record ClusterDown(DeleteMachines deleteMachines, DeleteNetwork deleteNetwork, DeleteAuthorities deleteAuthorities) {

    List<List<Step>> stages() {
        return List.of(List.of(deleteMachines), List.of(deleteNetwork), List.of(deleteAuthorities));
    }
}
