package dev.clusterbox.nspawn;

import dev.clusterbox.network.Label;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A folder of small files, one for each thing. A file is either there in full, on the disk, or not. */
final class JsonFolder<T> {

    private static final String SUFFIX = ".json";

    private final Path folder;
    private final Class<T> type;
    private final ObjectMapper json;

    JsonFolder(Path folder, Class<T> type, ObjectMapper json) {
        this.folder = folder;
        this.type = type;
        this.json = json;
    }

    List<String> names() {
        var names = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            files.forEach(file -> names.add(file.getFileName().toString().replace(SUFFIX, "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        names.sort(null);
        return names;
    }

    Optional<T> find(String name) {
        return read(folder.resolve(Label.parse("name", name) + SUFFIX), type, json);
    }

    void save(String name, T thing) {
        write(folder.resolve(Label.parse("name", name) + SUFFIX), thing, json);
    }

    void delete(String name) {
        try {
            Files.deleteIfExists(folder.resolve(Label.parse("name", name) + SUFFIX));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> Optional<T> read(Path file, Class<T> type, ObjectMapper json) {
        try {
            return Optional.ofNullable(json.readValue(Files.readAllBytes(file), type));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    static <T> void write(Path file, T thing, ObjectMapper json) {
        try {
            var staged = file.resolveSibling("." + file.getFileName() + ".staged");
            try (var channel = FileChannel.open(
                    staged,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(json.writeValueAsBytes(thing));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
