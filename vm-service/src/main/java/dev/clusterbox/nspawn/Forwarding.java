package dev.clusterbox.nspawn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The host forwards packets while anybody here has a network. What it did before is kept under {@code /run}, which a
 * reboot forgets as it forgets the setting, in a folder for the network namespace, which the setting belongs to. Several
 * installations share it: the last one to leave restores.
 */
final class Forwarding {

    private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final String ON = "1";

    private final Path run;
    private final Path folder;
    private final Path mark;

    Forwarding(Path run, String installation) {
        this.run = run;
        this.folder = run.resolve("forwarding-" + networkNamespace());
        this.mark = folder.resolve("used-by-" + installation);
    }

    void on() {
        try {
            Files.createDirectories(folder);
            if (!Files.exists(mark)) {
                Files.createFile(mark);
            }
            remember();
            set(ON);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void off() {
        try {
            if (!Files.deleteIfExists(mark) || usedByOthers()) {
                return;
            }
            set(Files.readString(original()).strip());
            if (usedByOthers()) { // one came while we left
                set(ON);
                return;
            }
            Files.deleteIfExists(original());
            Files.deleteIfExists(folder);
            removeIfEmpty(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remember() throws IOException {
        try {
            Files.writeString(original(), setting(), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException _) {
            // another installation was first, and saw what was there before us
        }
    }

    private Path original() {
        return folder.resolve("original");
    }

    private boolean usedByOthers() throws IOException {
        try (var marks = Files.newDirectoryStream(folder, "used-by-*")) {
            return marks.iterator().hasNext();
        }
    }

    /** The kernel gives a setting in one piece to the first read; it has none for a second one. */
    private static String setting() throws IOException {
        try (var file = Files.newInputStream(SETTING)) {
            return new String(file.readNBytes(16), StandardCharsets.US_ASCII).strip();
        }
    }

    private static void set(String value) throws IOException {
        if (!setting().equals(value)) {
            Files.writeString(SETTING, value);
        }
    }

    private static void removeIfEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException _) {
            // another network namespace's
        }
    }

    /** Such as 4026531840, of {@code net:[4026531840]}. */
    private static String networkNamespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/net"))
                    .toString()
                    .replaceAll("[^0-9]", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
