package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.fetch.Publisher;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Rest;
import dev.clusterbox.storage.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Preparing a release over REST, and what becomes of what nobody needs any more. */
final class ArtifactControllerTest {

    private static final String PATH = "/v1/releases/1.36/artifacts";

    private final Publisher publisher = new Publisher();
    private final Installation installation = Installation.start(Map.of("clusterbox.mirror", publisher.url()));

    @AfterEach
    void end() {
        installation.close();
        publisher.close();
    }

    private Rest.Answer ended() throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            var answer = installation.rest().get(PATH);
            if (!answer.text("state").equals("PREPARING")) {
                return answer;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("still preparing after 15 s");
    }

    @Test
    void it_says_what_is_there_and_starts_only_when_it_is_told_to() throws InterruptedException {
        var before = installation.rest().get(PATH);
        assertEquals(200, before.status(), before.body());
        assertEquals("ABSENT", before.text("state"));
        assertTrue(
                before.body().contains("{\"name\":\"kubelet\",\"version\":\"1.36.3\",\"state\":\"READY\""),
                before.body());
        assertEquals(List.of(), publisher.requests());

        var started = installation.rest().send("PUT", PATH);
        assertEquals(200, started.status(), started.body());
        var after = ended();

        assertEquals("READY", after.text("state"), after.body());
        assertTrue(
                after.body().contains("{\"name\":\"etcd\",\"version\":\"3.6.14\",\"state\":\"PACKAGE\""), after.body());
        assertFalse(publisher.requests().isEmpty());
        var lines = installation
                .rest()
                .with("Accept", "text/plain")
                .get(PATH)
                .body()
                .lines()
                .toList();
        assertEquals("READY", lines.getFirst());
        assertTrue(
                lines.stream().anyMatch(line -> line.matches("kubelet +1\\.36\\.3 +READY +/.*/artifacts/kubelet")),
                "" + lines);
    }

    @Test
    void what_cannot_be_had_is_said_and_asked_for_again() throws IOException, InterruptedException {
        Files.delete(installation.artifacts().resolve("kubelet"));
        installation.rest().send("PUT", PATH);

        var failed = ended();
        assertEquals("FAILED", failed.text("state"));
        assertTrue(failed.text("problem").contains("1 artifact cannot be had"), failed.body());
        assertTrue(
                failed.body().contains("{\"name\":\"kubelet\",\"version\":\"1.36.3\",\"state\":\"FAILED\""),
                failed.body());
        var text = installation.rest().with("Accept", "text/plain").get(PATH).body();
        assertTrue(text.contains("\n1 artifact cannot be had: "), text);

        Files.writeString(installation.artifacts().resolve("kubelet"), "here it is");
        installation.rest().send("PUT", PATH);
        assertEquals("READY", ended().text("state"));
    }

    @Test
    void a_caller_must_say_who_it_is_and_an_unknown_release_is_said() {
        assertEquals(401, installation.rest().withoutToken().get(PATH).status());
        assertEquals(401, installation.rest().withoutToken().send("PUT", PATH).status());
        assertEquals(400, installation.rest().get("/v1/releases/1.2/artifacts").status());
        assertEquals(
                200,
                installation
                        .rest()
                        .withToken(installation.token("slack-bot"))
                        .get(PATH)
                        .status());
    }

    private Path old(String content) throws IOException {
        var store = installation.bean(ArtifactStore.class);
        var sha256 = store.add(
                new java.io.ByteArrayInputStream(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                100,
                sum -> {});
        var file = store.find(sha256).orElseThrow();
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(100_000)));
        return file;
    }

    @Test
    void what_no_cluster_uses_and_no_release_names_is_thrown_away_after_a_day() throws IOException {
        var unused = old("unused");
        var used = old("used");
        var image = old("image");
        var published = old("published");
        var fresh = old("fresh");
        Files.setLastModifiedTime(fresh, FileTime.from(Instant.now()));
        var artifact = installation.bean(Catalogues.class).get("1.36").artifact("kubelet");
        var sum = published.getFileName().toString();
        var index = installation.bean(Index.class);
        index.put(Sources.key(artifact), new Index.Entry(sum, sum));
        index.put("file - /gone", new Index.Entry(sum, unused.getFileName().toString()));
        var cluster = Clusters.tutorial()
                .with(new dev.clusterbox.cluster.Cluster.Artifacts(
                        Map.of("kubelet", used.getFileName().toString()),
                        Map.of("pause.tar", image.getFileName().toString()),
                        Set.of()));
        installation
                .bean(Database.class)
                .transaction(t -> t.update(
                        "INSERT INTO clusters (name, uid, document, created_at) VALUES (?, ?, ?, ?)",
                        cluster.name(),
                        cluster.uid(),
                        t.write(cluster),
                        ""));
        assertEquals(1, installation.bean(ClusterStore.class).list().size());
        var part = Files.writeString(installation.state().resolve("incoming/x.part"), "x");
        Files.setLastModifiedTime(part, FileTime.from(Instant.now().minusSeconds(800_000)));

        installation.bean(Pruning.class).prune();

        assertEquals(
                Set.of(used, image, published, fresh),
                Set.copyOf(installation.bean(ArtifactStore.class).files()));
        assertTrue(index.find("file - /gone").isEmpty());
        assertFalse(Files.exists(part));
    }
}
