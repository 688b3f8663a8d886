package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fetch.Publisher;
import dev.clusterbox.fetch.Unavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images out of a registry behind a mirror, and one that says what is not so. */
final class RegistryTest {

    private static final String REFERENCE = "registry.example/team/pause:3.10";
    private static final String BASE = "/registry.example/v2/team/pause/";
    private static final byte[] LAYER = Workbench.content("layer", 50_000);
    private static final byte[] CONFIG = "{\"architecture\":\"here\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path temporary;

    private Publisher registry;
    private Workbench bench;

    @BeforeEach
    void begin() {
        registry = new Publisher();
        bench = new Workbench(temporary.resolve("state"), registry.url(), "");
        blob(LAYER);
        blob(CONFIG);
    }

    @AfterEach
    void end() {
        registry.close();
        assertEquals(List.of(), bench.leftovers());
    }

    private void blob(byte[] content) {
        registry.has(BASE + "blobs/" + digest(content), content);
    }

    private static String digest(byte[] content) {
        return "sha256:" + Workbench.sha256(content);
    }

    private static byte[] manifest() {
        return """
                {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                 "config": {"digest": "%s"}, "layers": [{"digest": "%s"}, {"digest": "%s"}]}
                """.formatted(digest(CONFIG), digest(LAYER), digest(LAYER))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] list(String architecture, String digest) {
        return """
                {"schemaVersion": 2, "manifests": [
                  {"digest": "sha256:%s", "platform": {"os": "windows", "architecture": "%s"}},
                  {"digest": "%s", "platform": {"os": "linux", "architecture": "%s"}}]}
                """.formatted("0".repeat(64), architecture, digest, architecture)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void an_image_becomes_an_archive_that_names_itself() throws Exception {
        registry.has(BASE + "manifests/3.10", list(Catalogues.architecture(), digest(manifest())));
        registry.has(BASE + "manifests/" + digest(manifest()), manifest());

        var archive = bench.store.find(bench.registry.pull(REFERENCE)).orElseThrow();

        assertEquals(Set.of(REFERENCE), ImageArchive.names(archive));
        var members = members(archive);
        assertEquals(
                Set.of(
                        "oci-layout",
                        "index.json",
                        "blobs/sha256/" + Workbench.sha256(manifest()),
                        "blobs/sha256/" + Workbench.sha256(CONFIG),
                        "blobs/sha256/" + Workbench.sha256(LAYER)),
                members.keySet());
        members.forEach((name, content) -> {
            if (name.startsWith("blobs/")) {
                assertTrue(name.endsWith("/" + Workbench.sha256(content)), name);
            }
        });
        // Once more, and it is the same.
        assertEquals(archive.getFileName().toString(), bench.registry.pull(REFERENCE));
    }

    @Test
    void an_image_without_a_list_of_platforms_is_one_for_all() throws Exception {
        registry.has(BASE + "manifests/3.10", manifest());

        assertEquals(
                Set.of(REFERENCE),
                ImageArchive.names(
                        bench.store.find(bench.registry.pull(REFERENCE)).orElseThrow()));
    }

    private static TreeMap<String, byte[]> members(Path archive) throws IOException {
        var members = new TreeMap<String, byte[]>();
        try (var tar = new TarArchiveInputStream(Files.newInputStream(archive))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                members.put(entry.getName(), tar.readAllBytes());
            }
        }
        return members;
    }

    private void refused() {
        assertThrows(Unavailable.class, () -> bench.registry.pull(REFERENCE));
        assertEquals(List.of(), bench.store.files());
    }

    @Test
    void what_has_another_digest_is_refused() {
        registry.has(BASE + "manifests/3.10", manifest());
        registry.has(BASE + "blobs/" + digest(LAYER), Workbench.content("evil", 50_000));
        refused();
    }

    @Test
    void a_manifest_with_another_digest_is_refused() {
        registry.has(BASE + "manifests/3.10", list(Catalogues.architecture(), digest(LAYER)));
        registry.has(BASE + "manifests/" + digest(LAYER), manifest());
        refused();
    }

    @Test
    void what_is_for_other_computers_is_refused() {
        registry.has(BASE + "manifests/3.10", list("s390x", digest(manifest())));
        refused();
    }

    @Test
    void what_is_no_image_is_refused() {
        for (var text : List.of(
                "", "[]", "{", "{}", "{\"config\": 3, \"layers\": []}", "{\"config\": {\"digest\": \"sha256:../x\"}, \"layers\": []}",
                "<html>log in</html>")) {
            registry.has(BASE + "manifests/3.10", text.getBytes(StandardCharsets.UTF_8));
            refused();
        }
    }

    @Test
    void a_registry_that_wants_a_token_is_named() {
        registry.answers(BASE + "manifests/3.10", Publisher.status(401));

        var refused = assertThrows(Unavailable.class, () -> bench.registry.pull(REFERENCE));
        assertTrue(String.valueOf(refused.getMessage()).contains("answers 401"), refused::toString);
        assertThrows(IllegalArgumentException.class, () -> bench.registry.pull("pause"));
        assertThrows(IllegalArgumentException.class, () -> bench.registry.pull("registry.example/Team/x:1"));
    }
}
