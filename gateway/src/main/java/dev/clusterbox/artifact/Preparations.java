package dev.clusterbox.artifact;

import dev.clusterbox.artifact.PreparationView.ItemState;
import dev.clusterbox.artifact.PreparationView.State;
import dev.clusterbox.artifact.Sources.InFolder;
import dev.clusterbox.artifact.Sources.InStore;
import dev.clusterbox.artifact.Sources.Published;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.release.Releases;
import io.micronaut.context.event.ShutdownEvent;
import io.micronaut.runtime.event.annotation.EventListener;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has everything of a release in the store before a cluster wants it. */
@Singleton
class Preparations {

    private static final Logger LOG = LoggerFactory.getLogger(Preparations.class);

    private final Releases releases;
    private final Catalogues catalogues;
    private final Sources sources;
    private final Intake intake;
    private final Map<String, Preparation> newest = new HashMap<>();
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    Preparations(Releases releases, Catalogues catalogues, Sources sources, Intake intake) {
        this.releases = releases;
        this.catalogues = catalogues;
        this.sources = sources;
        this.intake = intake;
    }

    /** Starts, unless it is under way. */
    synchronized PreparationView start(String line) {
        var artifacts = catalogues.get(releases.get(line).line()).artifacts();
        var before = newest.get(line);
        if (before != null && before.running()) {
            return before.view();
        }
        var preparation = new Preparation(artifacts);
        newest.put(line, preparation);
        var thread = Thread.ofVirtual().name("prepare-" + line).unstarted(() -> {
            try {
                run(preparation, artifacts);
            } finally {
                running.remove(Thread.currentThread());
            }
        });
        running.add(thread);
        thread.start();
        return preparation.view();
    }

    private void run(Preparation preparation, List<Catalogue.Artifact> artifacts) {
        try {
            var obtained = intake.obtain(artifacts, sources.folder(), preparation);
            preparation.lacks(artifacts, obtained.lacking());
            var missing = artifacts.stream()
                    .filter(artifact -> obtained.lacking().containsKey(artifact.name()))
                    .filter(artifact -> !artifact.download().dispensable())
                    .toList();
            if (!missing.isEmpty()) {
                throw Shortage.of(missing, obtained.lacking());
            }
            preparation.ready();
        } catch (ProblemException e) {
            LOG.info("artifacts cannot be prepared: {}", e.problem());
            preparation.failed(e.problem());
        } catch (InterruptedException e) {
            preparation.failed(Problem.unavailable("the gateway was stopped", "ask again"));
        } catch (RuntimeException e) {
            var id = UUID.randomUUID().toString().substring(0, 8);
            LOG.error("internal error {}: preparing artifacts has a bug", id, e);
            preparation.failed(Problem.bug("gateway", id));
        }
    }

    /** How far the newest run is; where there was none, what is there. */
    PreparationView get(String line) {
        var artifacts = catalogues.get(releases.get(line).line()).artifacts();
        synchronized (this) {
            var preparation = newest.get(line);
            if (preparation != null) {
                return preparation.view();
            }
        }
        var folder = sources.folder();
        var items = artifacts.stream()
                .map(artifact -> switch (sources.of(artifact, folder)) {
                    case InFolder(var file, var archive) ->
                        Preparation.missing(artifact)
                                .with(ItemState.READY, file.path().toString());
                    case InStore(var entry) -> Preparation.missing(artifact).with(ItemState.READY, "the store");
                    case Published() -> Preparation.missing(artifact);
                })
                .toList();
        boolean complete = items.stream().allMatch(item -> item.state() == ItemState.READY);
        return new PreparationView(complete ? State.READY : State.ABSENT, items, Optional.empty());
    }

    @EventListener
    void leave(ShutdownEvent event) throws InterruptedException {
        running.forEach(Thread::interrupt);
        for (var thread : running) {
            thread.join(java.time.Duration.ofSeconds(5));
        }
    }
}
