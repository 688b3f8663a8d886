package dev.clusterbox.artifact;

import dev.clusterbox.storage.StateFolder;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Remembers what was hashed and unpacked before. It may be lost at any time: then it is done again, and
 * bundles are to be imported again. A file of lines:
 * checksum of the source, checksum in the store, key.
 */
@Singleton
final class Index {

    /**
     * @param source the checksum of what it was taken from: an archive, or the file itself
     * @param stored its checksum in the store
     */
    record Entry(String source, String stored) {}

    private final Path file;
    private final ArtifactStore store;
    private final Map<String, Entry> entries = new TreeMap<>();
    private boolean read;

    Index(StateFolder state, ArtifactStore store) {
        this.file = state.resolve("artifacts.index");
        this.store = store;
    }

    /** What is known under the key, if the store still has it. */
    synchronized Optional<Entry> find(String key) {
        read();
        return Optional.ofNullable(entries.get(key)).filter(entry -> store.has(entry.stored()));
    }

    /** What is known under keys that begin so, if the store still has it. */
    synchronized Map<String, Entry> under(String prefix) {
        read();
        var found = new TreeMap<String, Entry>();
        entries.forEach((key, entry) -> {
            if (key.startsWith(prefix) && store.has(entry.stored())) {
                found.put(key, entry);
            }
        });
        return found;
    }

    synchronized void put(String key, Entry entry) {
        read();
        if (!entry.equals(entries.put(key, entry))) {
            write();
        }
    }

    /** Forgets what is not wanted any more. */
    synchronized void retain(BiPredicate<String, Entry> wanted) {
        read();
        if (entries.entrySet().removeIf(entry -> !wanted.test(entry.getKey(), entry.getValue()))) {
            write();
        }
    }

    private void read() {
        if (read) {
            return;
        }
        read = true;
        if (!Files.exists(file)) {
            return;
        }
        try {
            for (var line : Files.readAllLines(file)) {
                var fields = line.split(" ", 3);
                if (fields.length == 3
                        && ArtifactStore.SHA256.matcher(fields[0]).matches()
                        && ArtifactStore.SHA256.matcher(fields[1]).matches()) {
                    entries.put(fields[2], new Entry(fields[0], fields[1]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write() {
        var text = new StringBuilder();
        entries.forEach((key, entry) -> text.append("%s %s %s\n".formatted(entry.source(), entry.stored(), key)));
        try {
            var staged = file.resolveSibling(file.getFileName() + ".staged");
            Files.writeString(staged, text);
            Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw ArtifactStore.failed("cannot write " + file, e);
        }
    }
}
