package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.kubernetes.SmokeTests;
import jakarta.inject.Singleton;

/** Tries what a cluster must be able to do. */
@Singleton
final class SmokeTest implements Step {

    private final SmokeTests tests;

    SmokeTest(SmokeTests tests) {
        this.tests = tests;
    }

    @Override
    public String id() {
        return "smoke-test";
    }

    @Override
    public String title() {
        return "Smoke test";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        return cluster.with(tests.run(cluster, progress::say));
    }
}
