package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names in archives, also in such as nobody should have made. */
final class ImageArchiveTest {

    @TempDir
    private Path folder;

    private Path archive(String member, String content, boolean gzip) throws IOException {
        var file = folder.resolve("image.tar");
        try (OutputStream out = Files.newOutputStream(file);
                var tar = new TarArchiveOutputStream(gzip ? new GZIPOutputStream(out) : out)) {
            put(tar, "blobs/sha256/layer", "x".repeat(10_000));
            put(tar, member, content);
        }
        return file;
    }

    private static void put(TarArchiveOutputStream tar, String name, String content) throws IOException {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        var entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    @Test
    void what_docker_saved_is_named_by_its_tags() throws IOException {
        var manifest = "[{\"Config\":\"c.json\",\"RepoTags\":[\"nginx:1.28\",\"nginx:latest\"],\"Layers\":[]}]";

        assertEquals(
                Set.of("nginx:1.28", "nginx:latest"), ImageArchive.names(archive("manifest.json", manifest, false)));
        assertEquals(
                Set.of("nginx:1.28", "nginx:latest"), ImageArchive.names(archive("manifest.json", manifest, true)));
    }

    @Test
    void an_oci_layout_is_named_by_annotations() throws IOException {
        var index = """
                {"schemaVersion": 2, "manifests": [
                  {"annotations": {"io.containerd.image.name": "registry.k8s.io/pause:3.10.2",
                                   "org.opencontainers.image.ref.name": "3.10.2"}},
                  {"annotations": {"org.opencontainers.image.ref.name": "3.10.2"}},
                  {}]}
                """;

        assertEquals(Set.of("registry.k8s.io/pause:3.10.2"), ImageArchive.names(archive("index.json", index, false)));
    }

    @Test
    void what_says_nothing_has_no_names() throws IOException {
        assertEquals(Set.of(), ImageArchive.names(archive("readme", "hello", false)));
        assertEquals(Set.of(), ImageArchive.names(archive("manifest.json", "[{\"RepoTags\": null}]", false)));
        assertEquals(Set.of(), ImageArchive.names(archive("manifest.json", "[{", false)));
        assertEquals(Set.of(), ImageArchive.names(archive("manifest.json", "!!java.net.URL [\"http://x\"]", false)));
    }
}
