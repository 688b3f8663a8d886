package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterState;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.micronaut.context.event.ShutdownEvent;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the certificate signing requests of each cluster that has an API, on a thread each, as long as there is the cluster.
 * Everything is listed anew each minute, so a connection that died silently delays an answer by no more than that.
 */
@Singleton
final class SigningWatches {

    private static final Logger LOG = LoggerFactory.getLogger(SigningWatches.class);

    /** How long it takes until a new cluster is seen. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private static final Duration TURN = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final ClusterStore clusters;
    private final Kubernetes kubernetes;
    private final CertificateSigning signing;
    private final Map<String, Thread> watches = new HashMap<>();
    private Optional<Thread> looking = Optional.empty();

    SigningWatches(ClusterStore clusters, Kubernetes kubernetes, CertificateSigning signing) {
        this.clusters = clusters;
        this.kubernetes = kubernetes;
        this.signing = signing;
    }

    @EventListener
    synchronized void begin(ServerStartupEvent event) {
        looking = Optional.of(Thread.ofVirtual().name("signing").start(this::look));
    }

    @EventListener
    synchronized void end(ShutdownEvent event) {
        looking.ifPresent(Thread::interrupt);
        watches.values().forEach(Thread::interrupt);
    }

    private void look() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                begin();
            }
        } catch (InterruptedException e) {
            LOG.debug("no more clusters are looked for");
        }
    }

    /** One watch for each cluster with an API; the others end. */
    private synchronized void begin() {
        var wanted = clusters.list().stream()
                .filter(cluster -> cluster.hasControlPlane() && !(cluster.state() instanceof ClusterState.Removing))
                .collect(Collectors.toMap(Cluster::uid, Function.identity()));
        watches.entrySet().removeIf(watch -> {
            if (wanted.containsKey(watch.getKey()) && watch.getValue().isAlive()) {
                return false;
            }
            watch.getValue().interrupt();
            kubernetes.forget(watch.getKey());
            return true;
        });
        wanted.forEach((uid, cluster) -> watches.computeIfAbsent(
                uid, _ -> Thread.ofVirtual().name("signing-" + uid).start(() -> watch(cluster))));
    }

    private void watch(Cluster cluster) {
        var pause = FIRST_PAUSE;
        var complaint = "";
        var left = new HashMap<String, String>();
        try {
            while (true) {
                try {
                    turn(cluster, left);
                    pause = FIRST_PAUSE;
                    complaint = "";
                } catch (ProblemException e) {
                    if (!e.problem().message().equals(complaint)) {
                        complaint = e.problem().message();
                        LOG.info("{}: certificates are not signed for now: {}", cluster.name(), complaint);
                    }
                    Thread.sleep(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: no more certificates are signed", cluster.name());
        } catch (RuntimeException e) {
            LOG.error("{}: the watch over certificates has a bug; it begins anew", cluster.name(), e);
        }
    }

    /** Everything there is, and for a minute whatever comes. */
    private void turn(Cluster cluster, Map<String, String> left) throws InterruptedException {
        var client = kubernetes.signer(cluster);
        var requests = client.certificates().v1().certificateSigningRequests();
        var list = Api.call("list certificate signing requests", () -> requests.list());
        var names = list.getItems().stream()
                .map(item -> item.getMetadata().getName())
                .collect(Collectors.toSet());
        left.keySet().retainAll(names);
        for (var object : list.getItems()) {
            answer(cluster, object, left);
        }
        var queue = new LinkedBlockingQueue<Optional<CertificateSigningRequest>>();
        var options = new ListOptionsBuilder()
                .withResourceVersion(list.getMetadata().getResourceVersion())
                .withTimeoutSeconds(TURN.toSeconds())
                .build();
        try (var _ = Api.call("watch certificate signing requests", () -> requests.watch(options, into(queue)))) {
            long end = System.nanoTime() + TURN.toNanos();
            while (true) {
                var object = queue.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (object == null || object.isEmpty()) {
                    return;
                }
                answer(cluster, object.get(), left);
            }
        }
    }

    /** Nothing is sent through the queue when the watch is over. */
    private static Watcher<CertificateSigningRequest> into(
            LinkedBlockingQueue<Optional<CertificateSigningRequest>> queue) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, CertificateSigningRequest object) {
                if (action == Action.ADDED || action == Action.MODIFIED) {
                    queue.add(Optional.of(object));
                }
            }

            @Override
            public void onClose() {
                queue.add(Optional.empty());
            }

            @Override
            public void onClose(WatcherException e) {
                queue.add(Optional.empty());
            }
        };
    }

    /**
     * What is wrong with one request keeps nobody from the others.
     *
     * @param left by name, why a request was left the last time: said once
     */
    private void answer(Cluster cluster, CertificateSigningRequest object, Map<String, String> left)
            throws InterruptedException {
        var name = object.getMetadata().getName();
        Optional<String> reason;
        try {
            reason = signing.answer(cluster, kubernetes.signer(cluster), object);
        } catch (ProblemException e) {
            if (e.problem().code() == Code.UNAVAILABLE) {
                throw e;
            }
            reason = Optional.of(e.problem().message());
        } catch (RuntimeException e) {
            LOG.error("{}: {} meets a bug", cluster.name(), name, e);
            reason = Optional.of("internal error");
        }
        reason.ifPresent(why -> {
            if (!why.equals(left.put(name, why))) {
                LOG.info("{}: {} is left: {}", cluster.name(), name, why);
            }
        });
    }
}
