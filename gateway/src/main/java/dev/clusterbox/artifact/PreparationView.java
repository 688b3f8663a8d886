package dev.clusterbox.artifact;

import dev.clusterbox.operation.Trouble;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.Optional;

/** How far the artifacts of a release are. */
@Serdeable
record PreparationView(State state, List<Item> items, Optional<Trouble> problem) {

    enum State {
        ABSENT,
        PREPARING,
        READY,
        FAILED
    }

    /**
     * @param from where it came or will come from
     * @param bytes of these so many are here; both are the archive's where it is in one
     */
    @Serdeable
    record Item(String name, String version, ItemState state, String from, long bytes, long total) {

        Item with(ItemState newState, String newFrom) {
            return new Item(name, version, newState, newFrom, bytes, total);
        }
    }

    enum ItemState {
        READY,
        /** The distribution's package takes its place. */
        PACKAGE,
        MISSING,
        DOWNLOADING,
        FAILED
    }

    private static final int MB = 1_000_000;

    /** The state, then a line for each. */
    String text() {
        var text = new StringBuilder(state + "\n");
        for (var item : items) {
            text.append("%-24s %-8s %-11s %s\n"
                    .formatted(
                            item.name,
                            item.version,
                            item.state,
                            item.state == ItemState.DOWNLOADING
                                    ? "%d of %d MB from %s".formatted(item.bytes / MB, item.total / MB, item.from)
                                    : item.from));
        }
        problem.ifPresent(trouble -> text.append(trouble.message())
                .append('\n')
                .append(trouble.hint())
                .append('\n'));
        return text.toString();
    }
}
