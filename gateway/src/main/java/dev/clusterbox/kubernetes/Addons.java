package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Addon;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Applies manifests, by server-side apply. What is not YAML is refused before anything is applied; namespaces come first, then
 * definitions of kinds, then everything else. What is missing is made in its order; what is there already is brought up to
 * date all at once, so that an 'up' with nothing to do does not take its time here.
 */
@Singleton
public final class Addons {

    /** How long the API may be away, or a kind that was just defined unknown to the server that answers. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(250);

    /** An API server has a share for each of its users. */
    private static final int AT_ONCE = 8;

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

    private record Known(Manifest manifest, Optional<ServerSideApply.Content> content) {}

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
            var before = Parallel.each(AT_ONCE, manifests, manifest -> patiently(() -> api.content(manifest)));
            var missing = new ArrayList<Known>();
            // Of an object that is written down more than once, the last says what it is to be.
            var there = new LinkedHashMap<String, List<Known>>();
            for (int i = 0; i < manifests.size(); i++) {
                var known = new Known(manifests.get(i), before.get(i));
                (known.content.isEmpty()
                                ? missing
                                : there.computeIfAbsent(known.manifest.identity(), _ -> new ArrayList<>()))
                        .add(known);
            }
            int made = inOrder(missing);
            var changedOfEach = Parallel.each(AT_ONCE, List.copyOf(there.values()), this::inOrder);
            changed += made + changedOfEach.stream().mapToInt(Integer::intValue).sum();
        }

        private int inOrder(List<Known> all) throws InterruptedException {
            int different = 0;
            for (var known : all) {
                say.accept(known.manifest.addon());
                var content = patiently(() -> api.apply(known.manifest));
                if (!known.content.equals(Optional.of(content))) {
                    different++;
                }
            }
            return different;
        }

        private <T> T patiently(Supplier<T> call) throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    return call.get();
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
