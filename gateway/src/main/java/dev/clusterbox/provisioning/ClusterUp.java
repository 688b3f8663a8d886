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
        PublishApi publishApi,
        StartControlPlane startControlPlane,
        JoinNodes joinNodes,
        ApplyAddons applyAddons,
        GrowControlPlane growControlPlane,
        SmokeTest smokeTest) {

    List<List<Step>> stages() {
        return List.of(
                List.of(checkHost),
                List.of(createAuthorities, createMachines, stageArtifacts),
                List.of(awaitAgents),
                List.of(prepareMachines),
                List.of(startLoadBalancer, startEtcd, publishApi),
                List.of(startControlPlane),
                List.of(joinNodes, applyAddons),
                List.of(growControlPlane),
                List.of(smokeTest));
    }
}
