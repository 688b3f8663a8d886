package dev.clusterbox.e2e;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A real kubectl, with the kubeconfig that the launcher hands out: what a person has after {@code up}. */
record Kubectl(Path program, Path kubeconfig, Map<String, String> environment) {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    static Kubectl of(Installation installation, Path artifacts, String cluster)
            throws IOException, InterruptedException {
        var file = Files.createTempFile(
                installation.state(),
                "kubeconfig",
                ".yaml",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file, installation.clusterbox("kubeconfig", cluster).succeeded().output());
        return new Kubectl(Artifacts.program(artifacts, "kubectl"), file, installation.environment());
    }

    Run run(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(program.toString(), "--kubeconfig=" + kubeconfig));
        command.addAll(Arrays.asList(words));
        return Run.of(LIMIT, environment, command);
    }

    JsonObject json(String... words) throws IOException, InterruptedException {
        var with = Arrays.copyOf(words, words.length + 1);
        with[words.length] = "--output=json";
        return JsonParser.parseString(run(with).succeeded().output()).getAsJsonObject();
    }

    List<JsonObject> items(String... words) throws IOException, InterruptedException {
        return Api.elements(json(words).getAsJsonArray("items"));
    }

    void apply(String manifest) throws IOException, InterruptedException {
        var file = Files.createTempFile("manifest", ".yaml");
        try {
            Files.writeString(file, manifest);
            run("apply", "--filename=" + file).succeeded();
        } finally {
            Files.delete(file);
        }
    }
}
