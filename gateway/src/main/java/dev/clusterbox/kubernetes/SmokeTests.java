package dev.clusterbox.kubernetes;

import dev.clusterbox.artifact.ArtifactStore;
import dev.clusterbox.artifact.ImageArchive;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.cluster.SmokeTestResult;
import dev.clusterbox.cluster.SmokeTestResult.Check;
import dev.clusterbox.kubernetes.SmokeChecks.Trial;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a cluster must be able to do, tried: the tutorial's smoke test, in a namespace of its own that is always removed. A
 * controller is stopped for it at the end, where there is more than one.
 */
@Singleton
public final class SmokeTests {

    private static final Logger LOG = LoggerFactory.getLogger(SmokeTests.class);

    private static final String PREFIX = "clusterbox-smoke-";

    private static final Duration SHORT = Duration.ofSeconds(20);

    /** Images may have to be pulled. */
    private static final Duration PODS = Duration.ofMinutes(2);

    private static final Duration STOP_AND_START = Duration.ofMinutes(3);

    private static final List<String> OF_PODS = List.of(
            "port-forward", "logs", "exec", "NodePort service on every node", "DNS in a pod", "pods across nodes");

    private final Kubernetes kubernetes;
    private final ArtifactStore artifacts;
    private final EncryptionAtRest encryption;
    private final ControllerStop controllerStop;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    SmokeTests(
            Kubernetes kubernetes,
            ArtifactStore artifacts,
            EncryptionAtRest encryption,
            ControllerStop controllerStop,
            InstantSource clock) {
        this.artifacts = artifacts;
        this.kubernetes = kubernetes;
        this.encryption = encryption;
        this.controllerStop = controllerStop;
        this.clock = clock;
    }

    /** Tries everything, whatever fails. */
    public SmokeTestResult run(Cluster cluster, Consumer<String> say) throws InterruptedException {
        var began = clock.instant();
        long start = System.nanoTime();
        var client = kubernetes.client(cluster);
        removeLeftovers(client);
        var suffix = new byte[4];
        random.nextBytes(suffix);
        var space = new SmokeSpace(client, PREFIX + HexFormat.of().formatHex(suffix));
        var checks = checks(cluster, client, space, say);
        var result = new SmokeTestResult(began, Math.round((System.nanoTime() - start) / 1e6) / 1e3, checks);
        if (result.passed()) {
            say.accept("%d checks passed in %.1f s".formatted(checks.size(), result.seconds()));
        }
        return result;
    }

    private List<Check> checks(Cluster cluster, KubernetesClient client, SmokeSpace space, Consumer<String> say)
            throws InterruptedException {
        var withPods = !cluster.nodes(Role.NODE).isEmpty();
        var withStop = cluster.nodes(Role.CONTROLLER).size() > 1;
        int total = 1 + (withPods ? 1 + OF_PODS.size() : 0) + (withStop ? 1 : 0);
        try (var checks = new SmokeChecks(total, say)) {
            space.create();
            var secret = checks.begin("secrets are encrypted in etcd", SHORT, _ -> encryption.check(cluster, space));
            if (withPods) {
                pods(cluster, client, SmokeImages.choose(imported(cluster)), space, checks);
            }
            checks.end(secret);
            if (withStop) {
                checks.end(checks.begin(
                        "the API answers with a controller stopped",
                        STOP_AND_START,
                        waiting -> controllerStop.check(cluster, space, waiting)));
            }
            return checks.all();
        } finally {
            remove(space);
        }
    }

    private Set<String> imported(Cluster cluster) {
        return cluster.artifacts().images().values().stream()
                .flatMap(sha256 -> artifacts.find(sha256).stream())
                .flatMap(archive -> ImageArchive.names(archive).stream())
                .collect(Collectors.toSet());
    }

    private static void pods(
            Cluster cluster, KubernetesClient client, SmokeImages images, SmokeSpace space, SmokeChecks checks)
            throws InterruptedException {
        var web = new ArrayList<Pod>();
        var tools = new ArrayList<Pod>();
        var deployment = checks.begin("a deployment becomes ready", PODS, waiting -> {
            space.createPods(images);
            web.addAll(space.awaitReady(SmokeSpace.WEB, waiting));
            tools.addAll(space.awaitReady(SmokeSpace.TOOLS, waiting));
            return "%d pods on %s"
                    .formatted(
                            web.size() + tools.size(),
                            web.stream()
                                    .map(pod -> pod.getSpec().getNodeName())
                                    .distinct()
                                    .sorted()
                                    .collect(Collectors.joining(", ")));
        });
        if (!checks.end(deployment)) {
            OF_PODS.forEach(name -> checks.without(name, "not tried: there are no pods for it"));
            return;
        }
        var pods = new PodChecks(cluster, client, space, web, tools);
        var attempts = List.<SmokeChecks.Attempt>of(
                pods::portForward, pods::logs, pods::exec, pods::nodePort, pods::names, pods::acrossNodes);
        var trials = new ArrayList<Trial>();
        for (int i = 0; i < OF_PODS.size(); i++) {
            trials.add(checks.begin(OF_PODS.get(i), SHORT, attempts.get(i)));
        }
        for (var trial : trials) {
            checks.end(trial);
        }
    }

    /** What a run left that could not end itself. */
    private static void removeLeftovers(KubernetesClient client) {
        Api.call("list namespaces", () -> client.namespaces().list()).getItems().stream()
                .map(namespace -> namespace.getMetadata().getName())
                .filter(name -> name.startsWith(PREFIX))
                .forEach(name -> new SmokeSpace(client, name).remove());
    }

    /** On a thread of its own: whoever interrupts the test does not want its pods to stay. */
    private static void remove(SmokeSpace space) throws InterruptedException {
        var interrupted = Thread.interrupted();
        var removal = Thread.ofVirtual().start(() -> {
            try {
                space.remove();
            } catch (ProblemException e) {
                LOG.warn("{} is left for the next smoke test: {}", space.name(), e.problem());
            }
        });
        removal.join(SHORT);
        if (interrupted) {
            throw new InterruptedException();
        }
    }
}
