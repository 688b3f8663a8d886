package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.artifact.Catalogue.Download;
import dev.clusterbox.artifact.PreparationView.Item;
import dev.clusterbox.artifact.PreparationView.ItemState;
import dev.clusterbox.artifact.PreparationView.State;
import dev.clusterbox.operation.Trouble;
import dev.clusterbox.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run through a release's artifacts, as those see it who ask meanwhile. */
final class Preparation implements Watch {

    private final Map<String, Item> items = new LinkedHashMap<>();
    private State state = State.PREPARING;
    private Optional<Trouble> problem = Optional.empty();

    Preparation(List<Artifact> artifacts) {
        artifacts.forEach(artifact -> items.put(artifact.name(), missing(artifact)));
    }

    static Item missing(Artifact artifact) {
        var download = artifact.download();
        return new Item(
                artifact.name(),
                download.version(),
                ItemState.MISSING,
                download.url().toString(),
                0,
                0);
    }

    synchronized PreparationView view() {
        return new PreparationView(state, List.copyOf(items.values()), problem);
    }

    synchronized boolean running() {
        return state == State.PREPARING;
    }

    @Override
    public synchronized void expects(Download download, long bytes) {
        each(download, item -> new Item(item.name(), item.version(), item.state(), item.from(), item.bytes(), bytes));
    }

    @Override
    public synchronized void holds(Download download, long bytes) {
        each(
                download,
                item -> new Item(
                        item.name(),
                        item.version(),
                        ItemState.DOWNLOADING,
                        item.from(),
                        bytes,
                        Math.max(bytes, item.total())));
    }

    private void each(Download download, java.util.function.UnaryOperator<Item> change) {
        download.contents().keySet().forEach(name -> items.computeIfPresent(name, (key, item) -> change.apply(item)));
    }

    @Override
    public synchronized void has(String artifact, String from) {
        items.computeIfPresent(artifact, (name, item) -> item.with(ItemState.READY, from));
    }

    /** @param lacking name to reason */
    synchronized void lacks(List<Artifact> artifacts, Map<String, String> lacking) {
        for (var artifact : artifacts) {
            var reason = lacking.get(artifact.name());
            if (reason != null) {
                var without = artifact.download().packaged() ? ItemState.PACKAGE : ItemState.MISSING;
                items.computeIfPresent(
                        artifact.name(),
                        (name, item) ->
                                item.with(artifact.download().dispensable() ? without : ItemState.FAILED, reason));
            }
        }
    }

    synchronized void ready() {
        state = State.READY;
    }

    synchronized void failed(Problem why) {
        items.replaceAll((name, item) ->
                item.state() == ItemState.DOWNLOADING ? item.with(ItemState.FAILED, item.from()) : item);
        state = State.FAILED;
        problem = Optional.of(Trouble.of(why));
    }
}
