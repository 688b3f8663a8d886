package dev.clusterbox.pki.store;

import dev.clusterbox.rest.SecretFile;
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
import java.util.Optional;

/**
 * The folder with the database and the keys. Nobody but its owner may look into it; the database file exists before SQLite
 * opens it, because SQLite would make it readable for all and gives its journal the same permissions. With PostgreSQL there
 * are only keys in it.
 */
@Singleton
final class StateFolder implements BeanCreatedEventListener<DatasourceConfiguration> {

    private static final String SQLITE = "jdbc:sqlite:";

    private final Path folder;
    private final String url;
    private final Optional<Path> passwordFile;

    StateFolder(
            @Value("${clusterbox.state}") String folder,
            @Value("${clusterbox.database.url}") String url,
            @Value("${clusterbox.database.password-file:}") String passwordFile) {
        this.folder = Path.of(folder);
        this.url = url;
        this.passwordFile =
                Optional.of(passwordFile).filter(file -> !file.isEmpty()).map(Path::of);
    }

    @Override
    public DatasourceConfiguration onCreated(BeanCreatedEvent<DatasourceConfiguration> event) {
        var database = event.getBean();
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (url.startsWith(SQLITE)) {
                database.setDriverClassName("org.sqlite.JDBC");
                makeFile(folder.resolve("pki.db"));
            }
            passwordFile.ifPresent(file -> database.setPassword(SecretFile.read("password file", file)));
            return database;
        } catch (IOException e) {
            throw new UncheckedIOException("state folder %s cannot be used".formatted(folder), e);
        }
    }

    private static void makeFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
    }
}
