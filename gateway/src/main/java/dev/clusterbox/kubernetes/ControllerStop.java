package dev.clusterbox.kubernetes;

import dev.clusterbox.agent.Agents;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.kubernetes.SmokeSpace.Waiting;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.VmClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops the last controller, sees that the API still answers, and starts the controller again, whatever was seen. */
@Singleton
final class ControllerStop {

    private static final Logger LOG = LoggerFactory.getLogger(ControllerStop.class);

    private static final Duration BOOT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** So many writes in a row: one may have gone to a server that was still on its way down. */
    private static final int WRITES = 5;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final Kubernetes kubernetes;
    private final VmClient vms;
    private final Agents agents;
    private final EncryptionAtRest etcd;

    ControllerStop(Kubernetes kubernetes, VmClient vms, Agents agents, EncryptionAtRest etcd) {
        this.kubernetes = kubernetes;
        this.vms = vms;
        this.agents = agents;
        this.etcd = etcd;
    }

    String check(Cluster cluster, SmokeSpace space, Waiting waiting) throws InterruptedException {
        var controller = cluster.nodes(Role.CONTROLLER).getLast();
        var provider = cluster.spec().provider();
        var machine = cluster.machineName(controller);
        String seen;
        try {
            waiting.because("stopping " + controller.hostName());
            vms.stop(provider, machine);
            seen = answers(space, controller, waiting);
        } finally {
            start(provider, machine);
        }
        awaitBack(cluster, controller, waiting);
        return seen;
    }

    /** Writes, because only a majority of etcd lets one do that. */
    private static String answers(SmokeSpace space, Node controller, Waiting waiting) throws InterruptedException {
        long start = System.nanoTime();
        int written = 0;
        while (written < WRITES) {
            try {
                space.createSecret("without-" + controller.hostName() + "-" + written);
                written++;
            } catch (ProblemException e) {
                if (System.nanoTime() - start > ANSWER_WITHIN.toNanos()) {
                    throw e;
                }
                waiting.because("without %s: %s"
                        .formatted(controller.hostName(), e.problem().message()));
                written = 0;
                Thread.sleep(PAUSE);
            }
        }
        return "%d writes without %s in %.1f s"
                .formatted(written, controller.hostName(), (System.nanoTime() - start) / 1e9);
    }

    /** On a thread of its own: a test that is interrupted must not leave the cluster with a controller less. */
    private void start(String provider, String machine) throws InterruptedException {
        var interrupted = Thread.interrupted();
        var starting = Thread.ofVirtual().start(() -> {
            try {
                vms.start(provider, machine);
            } catch (ProblemException | InterruptedException e) {
                LOG.warn("{} could not be started again: {}", machine, e.getMessage());
            }
        });
        starting.join(BOOT);
        if (interrupted) {
            throw new InterruptedException();
        }
    }

    private void awaitBack(Cluster cluster, Node controller, Waiting waiting) throws InterruptedException {
        waiting.because("waiting for the agent on " + controller.hostName());
        if (!agents.await(controller.machineId(), BOOT)) {
            throw Problem.failed("the agent on %s does not come back".formatted(controller.hostName()), "")
                    .asException();
        }
        waiting.because("waiting for etcd on " + controller.hostName());
        etcd.awaitHealth(controller);
        var client = kubernetes.client(cluster, controller.address());
        while (true) {
            try {
                client.raw("/readyz");
                return;
            } catch (KubernetesClientException e) {
                waiting.because("the API on %s is not back: %s".formatted(controller.hostName(), Api.reason(e)));
                Thread.sleep(PAUSE);
            }
        }
    }
}
