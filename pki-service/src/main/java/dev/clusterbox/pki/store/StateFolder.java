package dev.clusterbox.pki.store;

import io.micronaut.configuration.jdbc.hikari.DatasourceConfiguration;
import io.micronaut.context.annotation.Value;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder with the database and the keys. Nobody but its owner may look into it; the database file exists before SQLite
 * opens it, because SQLite would make it readable for all and gives its journal the same permissions.
 */
@Singleton
final class StateFolder implements BeanCreatedEventListener<DatasourceConfiguration> {

    private final Path folder;

    StateFolder(@Value("${clusterbox.state}") String folder) {
        this.folder = Path.of(folder);
    }

    @Override
    public DatasourceConfiguration onCreated(BeanCreatedEvent<DatasourceConfiguration> event) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var database = folder.resolve("pki.db");
            if (!Files.exists(database)) {
                Files.createFile(
                        database, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            return event.getBean();
        } catch (IOException e) {
            throw new UncheckedIOException("state folder %s cannot be used".formatted(folder), e);
        }
    }
}
