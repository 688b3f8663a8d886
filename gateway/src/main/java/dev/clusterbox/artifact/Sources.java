package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.artifact.Folder.Found;
import dev.clusterbox.artifact.Index.Entry;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Says where an artifact comes from, the first of these: the folder, the store, whoever publishes it. Fetches nothing. */
@Singleton
final class Sources {

    sealed interface Source {}

    /** @param archive whether it is the publisher's archive, with the artifact in it */
    record InFolder(Found file, boolean archive) implements Source {}

    record InStore(Entry entry) implements Source {}

    record Published() implements Source {}

    private final Index index;
    private final Optional<Path> folder;

    /** @param folder where a person has put artifacts; empty where there is none */
    Sources(Index index, @Value("${clusterbox.artifacts:}") String folder) {
        this.index = index;
        this.folder = folder.isBlank() ? Optional.empty() : Optional.of(Path.of(folder));
    }

    Optional<Folder> folder() {
        return folder.map(Folder::open);
    }

    /** The folder, if it is still there. */
    Optional<Folder> folderIfThere() {
        return folder.filter(Files::isDirectory).map(Folder::open);
    }

    Source of(Artifact artifact, Optional<Folder> operators) {
        if (operators.isPresent()) {
            var plain = operators.get().find(artifact.name());
            if (plain.isPresent()) {
                return new InFolder(plain.get(), false);
            }
            var published = operators.get().find(artifact.download().fileName());
            if (published.isPresent()) {
                return new InFolder(published.get(), artifact.member().isPresent());
            }
        }
        return index.find(key(artifact)).<Source>map(InStore::new).orElseGet(Published::new);
    }

    /** Of an earlier download. Another published checksum is another file. */
    static String key(Artifact artifact) {
        var download = artifact.download();
        return "published %s %s %s %s"
                .formatted(
                        artifact.name(),
                        download.version(),
                        download.url(),
                        download.sha256().orElse("unconfirmed"));
    }

    /** Of a file of the folder. */
    static String key(Found file, Optional<String> member) {
        return "file %s %s".formatted(member.orElse("-"), file.key());
    }
}
