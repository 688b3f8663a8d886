package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Addon;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Applies manifests, by server-side apply. What is not YAML is refused before anything is applied; namespaces come first, then
 * definitions of kinds, then everything else in its order.
 */
@Singleton
public final class Addons {

    /** How long the API may be away, or a kind that was just defined unknown to the server that answers. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Kubernetes kubernetes;

    Addons(Kubernetes kubernetes) {
        this.kubernetes = kubernetes;
    }

    /**
     * Returns how many objects were not as they should be.
     *
     * @throws ProblemException what the API said, and of which document
     */
    public int apply(Cluster cluster, List<Addon> addons, Consumer<String> say) throws InterruptedException {
        var all =
                addons.stream().flatMap(addon -> Manifest.parse(addon).stream()).toList();
        if (all.isEmpty()) {
            say.accept("none");
            return 0;
        }
        var work = new Work(kubernetes.client(cluster), say);
        Predicate<Manifest> first = Manifest::isNamespace;
        Predicate<Manifest> second = Manifest::isDefinition;
        work.apply(all.stream().filter(first).toList());
        var definitions = all.stream().filter(second).toList();
        work.apply(definitions);
        work.awaitEstablished(definitions);
        work.apply(all.stream().filter(first.or(second).negate()).toList());
        say.accept("%d objects of %d add-ons, %d changed".formatted(all.size(), addons.size(), work.changed));
        return work.changed;
    }

    /** One run. */
    private static final class Work {

        private final ServerSideApply api;
        private final Consumer<String> say;
        private int changed;

        Work(KubernetesClient client, Consumer<String> say) {
            this.api = new ServerSideApply(client);
            this.say = say;
        }

        void apply(List<Manifest> manifests) throws InterruptedException {
            for (var manifest : manifests) {
                say.accept(manifest.addon());
                if (patiently(manifest)) {
                    changed++;
                }
            }
        }

        private boolean patiently(Manifest manifest) throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    return api.apply(manifest);
                } catch (ProblemException e) {
                    if (e.problem().code() != Code.UNAVAILABLE || System.nanoTime() > deadline) {
                        throw e;
                    }
                    say.accept(e.problem().message());
                }
                Thread.sleep(PAUSE);
            }
        }

        void awaitEstablished(List<Manifest> definitions) throws InterruptedException {
            var missing = new ArrayList<>(definitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                missing.removeIf(api::isEstablished);
                if (missing.isEmpty()) {
                    api.forgetKinds();
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw missing.getFirst().refused("not established after %d s".formatted(PATIENCE.toSeconds()));
                }
                say.accept("waiting for " + missing.getFirst().shown());
                Thread.sleep(PAUSE);
            }
        }
    }
}
