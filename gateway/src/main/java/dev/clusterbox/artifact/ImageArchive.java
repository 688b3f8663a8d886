package dev.clusterbox.artifact;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What an archive of container images says of itself: {@code manifest.json} of {@code docker save}, {@code index.json} of
 * the OCI image layout.
 */
public final class ImageArchive {

    private static final int LARGEST = 1 << 20;
    private static final int MOST = 10_000;

    /** Annotations of an OCI index that hold an image's name; the second may hold a tag alone. */
    private static final List<String> NAMES = List.of("io.containerd.image.name", "org.opencontainers.image.ref.name");

    private ImageArchive() {}

    /** The names of its images, with tags; empty where it is no such archive. */
    public static Set<String> names(Path archive) {
        var names = new TreeSet<String>();
        try (var file = new BufferedInputStream(Files.newInputStream(archive));
                var tar = new TarArchiveInputStream(plain(file))) {
            int members = 0;
            for (var entry = tar.getNextEntry(); entry != null && ++members <= MOST; entry = tar.getNextEntry()) {
                switch (entry.getName()) {
                    case "manifest.json" -> ofDocker(json(tar), names);
                    case "index.json" -> ofIndex(json(tar), names);
                    default -> {
                        // a layer, or what describes one
                    }
                }
            }
        } catch (YAMLException | IllegalArgumentException e) {
            return Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    private static InputStream plain(BufferedInputStream file) throws IOException {
        file.mark(2);
        boolean gzip = file.read() == 0x1f && file.read() == 0x8b;
        file.reset();
        return gzip ? new GZIPInputStream(file) : file;
    }

    /** JSON is YAML. */
    private static Object json(InputStream in) throws IOException {
        var text = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    }

    private static void ofDocker(Object manifest, Set<String> names) {
        for (var image : list(manifest)) {
            if (image instanceof Map<?, ?> map) {
                list(map.get("RepoTags")).forEach(name -> names.add(name.toString()));
            }
        }
    }

    private static void ofIndex(Object index, Set<String> names) {
        if (index instanceof Map<?, ?> map) {
            for (var manifest : list(map.get("manifests"))) {
                if (manifest instanceof Map<?, ?> image && image.get("annotations") instanceof Map<?, ?> annotations) {
                    NAMES.stream()
                            .map(annotations::get)
                            .filter(name -> name != null && name.toString().contains(":"))
                            .findFirst()
                            .ifPresent(name -> names.add(name.toString()));
                }
            }
        }
    }

    private static List<?> list(@org.jspecify.annotations.Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }
}
