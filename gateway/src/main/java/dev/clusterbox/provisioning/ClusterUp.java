package dev.clusterbox.provisioning;

import jakarta.inject.Singleton;
import java.util.List;

/** What {@code up} does, in the order in which it happens; what stands on one line runs side by side. Read this first. */
@Singleton
record ClusterUp(
        CheckHost checkHost,
        CreateAuthorities createAuthorities,
        CreateMachines createMachines,
        StageArtifacts stageArtifacts,
        AwaitAgents awaitAgents,
        PrepareMachines prepareMachines,
        StartLoadBalancer startLoadBalancer,
        StartEtcd startEtcd,
        StartRuntimes startRuntimes,
        StartControlPlane startControlPlane,
        JoinNodes joinNodes,
        ImportImages importImages,
        GrowControlPlane growControlPlane,
        ApplyAddons applyAddons,
        SmokeTest smokeTest) {

    List<List<Step>> stages() {
        return List.of(
                List.of(checkHost),
                List.of(createAuthorities, createMachines, stageArtifacts),
                List.of(awaitAgents, prepareMachines),
                List.of(startLoadBalancer, startEtcd),
                List.of(startRuntimes, startControlPlane),
                List.of(joinNodes),
                List.of(importImages, growControlPlane),
                List.of(applyAddons),
                List.of(smokeTest));
    }

    /** The same for a cluster that is not to be tried out: that takes a controller away for a while. */
    List<List<Step>> untested() {
        return stages().stream().filter(stage -> !stage.contains(smokeTest)).toList();
    }
}
