package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.SmokeTestResult;
import dev.clusterbox.kubernetes.SmokeTests;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.time.temporal.ChronoUnit;
import java.util.stream.Collectors;

/** Tries what a cluster must be able to do, unless it has passed that and nothing was changed since. */
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
        var passed = cluster.smokeTest().filter(SmokeTestResult::passed);
        if (passed.isPresent()) {
            progress.say("passed on %s, nothing has changed since"
                    .formatted(passed.get().at().truncatedTo(ChronoUnit.SECONDS)));
            return cluster;
        }
        return test(cluster, progress);
    }

    /** The same, whatever was found before. */
    Step again() {
        return new Step() {

            @Override
            public String id() {
                return SmokeTest.this.id();
            }

            @Override
            public String title() {
                return SmokeTest.this.title();
            }

            @Override
            public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
                return test(cluster, progress);
            }
        };
    }

    private Cluster test(Cluster cluster, Progress progress) throws InterruptedException {
        var result = tests.run(cluster, progress::say);
        if (!result.passed()) {
            throw new LearntAndFailed(cluster.with(result), failed(result));
        }
        return cluster.with(result);
    }

    private static Problem failed(SmokeTestResult result) {
        var failed = result.checks().stream().filter(check -> !check.passed()).toList();
        return Problem.failed(
                "%d of %d checks failed: %s"
                        .formatted(
                                failed.size(),
                                result.checks().size(),
                                failed.stream()
                                        .map(check -> "%s (%s)".formatted(check.name(), check.message()))
                                        .collect(Collectors.joining("; "))),
                "'./clusterbox smoke-test' tries again; './clusterbox status' shows nodes and components");
    }
}
