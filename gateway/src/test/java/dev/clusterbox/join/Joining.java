package dev.clusterbox.join;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.cluster.Subnet;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Rest;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Machines that join, with openssl and curl as people use them. */
final class Joining {

    static final List<String> PROFILES = List.of("kubelet-client", "kubelet-server", "kube-proxy", "flannel");

    private final Installation installation;
    private final Path folder;

    Joining(Installation installation, Path folder) {
        this.installation = installation;
        this.folder = folder;
    }

    /** What a command printed and how it ended. */
    record Ran(int code, String output) {

        Ran succeeded() {
            assertEquals(0, code, output);
            return this;
        }
    }

    static Ran run(Path folder, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), output);
    }

    /** A cluster whose network is this range of loopback addresses. */
    Cluster add(String name, String subnet) throws InterruptedException {
        var tutorial = Clusters.tutorial();
        var spec = tutorial.spec();
        var cluster = Cluster.requested(
                        new ClusterSpec(
                                name,
                                spec.provider(),
                                spec.controllers(),
                                spec.nodes(),
                                spec.loadBalancer(),
                                spec.controller(),
                                spec.node(),
                                Optional.empty(),
                                spec.podCidr(),
                                spec.serviceCidr(),
                                spec.kubernetes()),
                        new Random(name.hashCode()),
                        Instant.now())
                .in(Subnet.parse("subnet", subnet));
        var authority = installation.bean(PkiClient.class).authority(cluster.authority("kubernetes"));
        var made = cluster.with(Map.of("kubernetes", authority.certificate()))
                .with(new Cluster.Artifacts(
                        Map.of("kubelet", artifact("the kubelet")),
                        Map.of("pause.tar", artifact("an image")),
                        Set.of()))
                .servedAt("https://127.0.0.1:1");
        installation
                .bean(Database.class)
                .transaction(t -> t.update(
                        "INSERT INTO clusters (name, uid, document, created_at) VALUES (?, ?, ?, ?)",
                        name,
                        made.uid(),
                        t.write(made),
                        made.createdAt().toString()));
        return made;
    }

    String artifact(String content) {
        try {
            var sha256 = Secrets.hash(content);
            var store = Files.createDirectories(installation.state().resolve("artifacts"));
            Files.writeString(store.resolve(sha256), content);
            return sha256;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Rest.Answer create(String cluster, String body) {
        return installation.rest().post("/v1/clusters/" + cluster + "/join-tokens", "application/json", body);
    }

    /** A new token for a node. */
    String token(String cluster, String node, String address) {
        var answer = create(cluster, "{\"node\": \"%s\", \"address\": \"%s\"}".formatted(node, address));
        assertEquals(201, answer.status(), answer.body());
        return answer.text("token");
    }

    /** Keys and requests in a folder of their own, that name nothing. */
    Path requests(String name) throws IOException, InterruptedException {
        var keys = Files.createDirectory(folder.resolve(name));
        for (var profile : PROFILES) {
            request(keys, profile, "-subj", "/");
        }
        return keys;
    }

    static void request(Path keys, String profile, String... more) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl", "req", "-new", "-out", profile + ".csr"));
        if (Files.exists(keys.resolve(profile + "-key.pem"))) {
            command.addAll(List.of("-key", profile + "-key.pem"));
        } else {
            command.addAll(List.of(
                    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", profile + "-key.pem"));
        }
        command.addAll(List.of(more));
        run(keys, command.toArray(String[]::new)).succeeded();
    }

    /** The status, and the body in {@code answer}. */
    int curl(Path keys, String at, String token, String path, String... more) throws IOException, InterruptedException {
        var authority = keys.resolve("clusterbox.pem");
        Files.writeString(authority, Files.readString(installation.state().resolve("identity/installation.pem")));
        var command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "-o",
                "answer",
                "-w",
                "%{http_code}",
                "--cacert",
                "clusterbox.pem",
                "--connect-to",
                "gateway.clusterbox.internal:443:" + at,
                "-H",
                "Authorization: Bearer " + token));
        command.addAll(List.of(more));
        command.add("https://gateway.clusterbox.internal/join/v1/" + path);
        return Integer.parseInt(
                run(keys, command.toArray(String[]::new)).succeeded().output());
    }

    /** Redeems a token with the requests in a folder. */
    int redeem(Path keys, String at, String token) throws IOException, InterruptedException {
        var fields = new ArrayList<String>();
        for (var profile : PROFILES) {
            fields.add("--data-urlencode");
            fields.add(profile + "@" + profile + ".csr");
        }
        return curl(keys, at, token, "node", fields.toArray(String[]::new));
    }

    static String answer(Path keys) throws IOException {
        return Files.readString(keys.resolve("answer"), StandardCharsets.ISO_8859_1);
    }
}
