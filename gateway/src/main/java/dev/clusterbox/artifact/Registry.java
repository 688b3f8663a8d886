package dev.clusterbox.artifact;

import dev.clusterbox.fetch.Http;
import dev.clusterbox.fetch.Transfer;
import dev.clusterbox.fetch.Unavailable;
import jakarta.inject.Singleton;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Fetches images from registries that want no token, as archives that {@code ctr images import} takes: OCI distribution and image
 * layout specifications. What a tag means is the registry's word; everything under it must have the digest that it is named by.
 */
@Singleton
final class Registry {

    private static final Pattern REFERENCE = Pattern.compile(
            "(?<host>[a-z0-9.-]+(:[0-9]+)?)/(?<name>[a-z0-9._/-]+):(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})");
    private static final Pattern DIGEST = Pattern.compile("sha256:(?<sum>[0-9a-f]{64})");
    private static final String LIST = "application/vnd.oci.image.index.v1+json";
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String ACCEPT = String.join(
            ", ",
            LIST,
            "application/vnd.docker.distribution.manifest.list.v2+json",
            MANIFEST,
            "application/vnd.docker.distribution.manifest.v2+json");

    /** The largest that registries must take (OCI distribution specification). */
    private static final int LARGEST_MANIFEST = 4 << 20;

    private static final int MOST_LAYERS = 200;
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private record Blob(String sha256, Path file) {}

    private record Manifest(byte[] bytes, Map<?, ?> json) {}

    private final Origins origins;
    private final ArtifactStore store;

    Registry(Origins origins, ArtifactStore store) {
        this.origins = origins;
        this.store = store;
    }

    /**
     * @param reference with a registry and a tag: {@code registry.k8s.io/pause:3.10.2}
     * @return the archive's checksum in the store
     */
    String pull(String reference) throws Unavailable, IOException, InterruptedException {
        var parts = REFERENCE.matcher(reference);
        if (!parts.matches()) {
            throw new IllegalArgumentException("image: '%s' (expected: REGISTRY/NAME:TAG)".formatted(reference));
        }
        var manifest = manifest(parts, parts.group("tag"));
        if (manifest.json.get("manifests") instanceof List<?> platforms) {
            manifest = manifest(parts, "sha256:" + ofThisComputer(reference, platforms));
        }
        var blobs = new ArrayList<Blob>();
        try {
            for (var sha256 : contents(reference, manifest.json)) {
                blobs.add(new Blob(sha256, blob(parts, sha256)));
            }
            return archived(reference, manifest, blobs);
        } finally {
            for (var blob : blobs) {
                Files.deleteIfExists(blob.file);
            }
        }
    }

    private static URI uri(Matcher parts, String kind, String which) {
        return URI.create("https://%s/v2/%s/%s/%s".formatted(parts.group("host"), parts.group("name"), kind, which));
    }

    /** @param which a tag, or a digest, which it must have then */
    private Manifest manifest(Matcher parts, String which) throws Unavailable, InterruptedException {
        var reasons = new ArrayList<String>();
        for (var uri : origins.of(uri(parts, "manifests", which))) {
            try {
                var answer = origins.get(uri, Map.of("Accept", ACCEPT));
                try (var in = answer.body()) {
                    if (answer.statusCode() != 200) {
                        reasons.add("%s answers %d".formatted(uri, answer.statusCode()));
                        continue;
                    }
                    return parsed(uri, which, in.readNBytes(LARGEST_MANIFEST));
                }
            } catch (IOException e) {
                reasons.add(Http.said(uri, e));
            }
        }
        throw new Unavailable(reasons.isEmpty() ? "nobody is asked for it" : String.join("; ", reasons));
    }

    private static Manifest parsed(URI uri, String which, byte[] bytes) throws IOException {
        var digest = DIGEST.matcher(which);
        if (digest.matches() && !digest.group("sum").equals(Sha256.of(bytes))) {
            throw new IOException("%s has another digest".formatted(uri));
        }
        try {
            // JSON is YAML.
            Object json = new Yaml(new SafeConstructor(new LoaderOptions()))
                    .load(new String(bytes, StandardCharsets.UTF_8));
            if (json instanceof Map<?, ?> map) {
                return new Manifest(bytes, map);
            }
        } catch (YAMLException e) {
            // Said below.
        }
        throw new IOException("%s is no manifest".formatted(uri));
    }

    private static String ofThisComputer(String reference, List<?> platforms) throws Unavailable {
        for (var each : platforms) {
            if (each instanceof Map<?, ?> image
                    && image.get("platform") instanceof Map<?, ?> platform
                    && "linux".equals(platform.get("os"))
                    && Catalogues.architecture().equals(platform.get("architecture"))) {
                return sum(reference, image);
            }
        }
        throw new Unavailable("%s is not for %s".formatted(reference, Catalogues.architecture()));
    }

    /** The configuration and the layers, each once. */
    private static List<String> contents(String reference, Map<?, ?> manifest) throws Unavailable {
        if (!(manifest.get("config") instanceof Map<?, ?> config)
                || !(manifest.get("layers") instanceof List<?> layers)
                || layers.size() > MOST_LAYERS) {
            throw new Unavailable("%s is no image".formatted(reference));
        }
        var sums = new ArrayList<String>();
        sums.add(sum(reference, config));
        for (var layer : layers) {
            sums.add(sum(reference, layer));
        }
        return sums.stream().distinct().toList();
    }

    private static String sum(String reference, @Nullable Object described) throws Unavailable {
        if (described instanceof Map<?, ?> map) {
            var digest = DIGEST.matcher(String.valueOf(map.get("digest")));
            if (digest.matches()) {
                return Objects.requireNonNull(digest.group("sum"));
            }
        }
        throw new Unavailable("%s has a part without a SHA-256".formatted(reference));
    }

    private Path blob(Matcher parts, String sha256) throws Unavailable, IOException, InterruptedException {
        var reasons = new ArrayList<String>();
        for (var uri : origins.of(uri(parts, "blobs", "sha256:" + sha256))) {
            try {
                var transfer = new Transfer(
                        origins::get,
                        store.incoming(),
                        Downloads.part(uri, sha256),
                        uri,
                        SILENCE,
                        ArtifactStore.LARGEST);
                var file = transfer.complete(bytes -> {}, bytes -> {});
                if (Sha256.of(file).equals(sha256)) {
                    return file;
                }
                transfer.discard();
                reasons.add("%s has another digest".formatted(uri));
            } catch (Unavailable e) {
                reasons.add(String.valueOf(e.getMessage()));
            }
        }
        throw new Unavailable(reasons.isEmpty() ? "nobody is asked for it" : String.join("; ", reasons));
    }

    private String archived(String reference, Manifest manifest, List<Blob> blobs) throws IOException {
        var file = Files.createTempFile(store.incoming(), "image", ".staged");
        try {
            var sum = Sha256.of(manifest.bytes);
            try (var tar = new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
                put(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
                put(tar, "index.json", index(reference, manifest, sum).getBytes(StandardCharsets.UTF_8));
                put(tar, "blobs/sha256/" + sum, manifest.bytes);
                for (var blob : blobs) {
                    begin(tar, "blobs/sha256/" + blob.sha256, Files.size(blob.file));
                    Files.copy(blob.file, tar);
                    tar.closeArchiveEntry();
                }
            }
            try (InputStream in = Files.newInputStream(file)) {
                return store.add(in, ArtifactStore.LARGEST, sha256 -> {});
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static String index(String reference, Manifest manifest, String sum) {
        var type = manifest.json.get("mediaType");
        return """
                {"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"sha256:%s","size":%d,\
                "annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}
                """.formatted(
                LIST,
                type instanceof String text && text.matches("[a-z0-9.+/-]+") ? text : MANIFEST,
                sum,
                manifest.bytes.length,
                reference,
                reference.substring(reference.lastIndexOf(':') + 1));
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        begin(tar, name, content.length);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Without times: the same image is the same archive. */
    private static void begin(TarArchiveOutputStream tar, String name, long size) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
    }
}
