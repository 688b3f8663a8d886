package dev.clusterbox.slack;

import dev.clusterbox.message.Origin;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which messages still wait for the end of an operation: a small file each, so that the next process can go on. Everything
 * else about them the gateway knows.
 */
@Singleton
final class OpenReports {

    private static final Logger LOG = LoggerFactory.getLogger(OpenReports.class);
    private static final Pattern CHANNEL = Pattern.compile("[A-Z0-9]{1,32}");
    private static final Pattern TS = Pattern.compile("([0-9]{1,12}\\.[0-9]{1,12})?");
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    /**
     * A message, and what it tells of.
     *
     * @param id names its file
     * @param ts Slack's name for the message; empty as long as it is not known to be posted
     */
    record Report(String id, String channel, String ts, String operation, String user, Origin origin) {

        static Report unposted(String channel, String operation, String user, Origin origin) {
            return new Report(UUID.randomUUID().toString(), channel, "", operation, user, origin);
        }

        Report posted(String itsChannel, String itsTs) {
            return new Report(id, itsChannel, itsTs, operation, user, origin);
        }
    }

    private final Optional<Path> folder;

    /** @param state the service's own folder; without one nothing outlives the process */
    OpenReports(@Value("${clusterbox.state:}") String state) {
        this.folder = state.isEmpty() ? Optional.empty() : Optional.of(Path.of(state, "open-reports"));
    }

    /** A message that cannot be kept is still shown, as long as this process lives. */
    void save(Report report) {
        var file = file(report);
        if (file.isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(
                    file.get().getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var text = new StringWriter();
            var properties = new Properties();
            properties.setProperty("channel", report.channel());
            properties.setProperty("ts", report.ts());
            properties.setProperty("operation", report.operation());
            properties.setProperty("user", report.user());
            properties.setProperty("slash", report.origin().slash());
            properties.setProperty("text", report.origin().text());
            properties.store(text, null);
            var staged = Files.createTempFile(file.get().getParent(), "report", ".staged");
            Files.writeString(staged, text.toString());
            Files.move(staged, file.get(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("message {} would not survive a restart: {}", report.ts(), e.toString());
        }
    }

    void remove(Report report) {
        try {
            var file = file(report);
            if (file.isPresent()) {
                Files.deleteIfExists(file.get());
            }
        } catch (IOException e) {
            LOG.warn("message {} would be shown again after a restart: {}", report.ts(), e.toString());
        }
    }

    List<Report> all() {
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            return List.of();
        }
        var reports = new ArrayList<Report>();
        try (var files = Files.newDirectoryStream(folder.get(), "*.properties")) {
            for (var file : files) {
                read(file).ifPresent(reports::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return reports;
    }

    private static Optional<Report> read(Path file) {
        var properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{} is not readable: {}", file, e.toString());
            return Optional.empty();
        }
        var report = new Report(
                file.getFileName().toString().replaceFirst("\\.properties$", ""),
                properties.getProperty("channel", ""),
                properties.getProperty("ts", ""),
                properties.getProperty("operation", ""),
                properties.getProperty("user", ""),
                new Origin(properties.getProperty("slash", "/cluster"), properties.getProperty("text", "")));
        if (!named(report) || report.operation().isEmpty()) {
            LOG.warn("{} is incomplete", file);
            return Optional.empty();
        }
        return Optional.of(report);
    }

    private Optional<Path> file(Report report) {
        return folder.filter(_ -> named(report)).map(path -> path.resolve(report.id() + ".properties"));
    }

    private static boolean named(Report report) {
        return ID.matcher(report.id()).matches()
                && CHANNEL.matcher(report.channel()).matches()
                && TS.matcher(report.ts()).matches();
    }
}
