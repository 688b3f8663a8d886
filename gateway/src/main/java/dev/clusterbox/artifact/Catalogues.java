package dev.clusterbox.artifact;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The catalogues of the releases, for the architecture that this gateway runs on: its machines have the same. */
@Singleton
class Catalogues {

    private final Map<String, Catalogue> read = new ConcurrentHashMap<>();

    /** @param line of a release that there is */
    Catalogue get(String line) {
        var known = read.get(line);
        if (known == null) {
            known = load(line);
            read.put(line, known);
        }
        return known;
    }

    private Catalogue load(String line) {
        var name = "/releases/v" + line + "/artifacts.yaml";
        try (var in = Catalogues.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return CatalogueFile.parse(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8), architecture(), this::get);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As publishers call it. */
    static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> System.getProperty("os.arch");
        };
    }
}
