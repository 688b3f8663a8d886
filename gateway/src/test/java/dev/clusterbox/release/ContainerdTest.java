package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** containerd ignores a setting that it does not know: so it is asked what it has understood. */
final class ContainerdTest {

    private static final Tool CONTAINERD = new Tool("containerd", "containerd");

    /** What containerd 2 calls them. */
    private static final Map<String, String> NEW_NAMES = Map.of("sandbox_image", "sandbox", "bin_dir", "bin_dirs");

    /** What runc's shim takes: containerd hands these on unseen. From runc.options.v1 of containerd 1.6 and 2.3. */
    private static final Set<String> SHIM_OPTIONS = Set.of(
            "NoPivotRoot",
            "NoNewKeyring",
            "ShimCgroup",
            "IoUid",
            "IoGid",
            "BinaryName",
            "Root",
            "SystemdCgroup",
            "CriuImagePath",
            "CriuWorkPath");

    @TempDir
    private Path folder;

    static Stream<Rendered> files() {
        return Arrays.stream(Variant.values())
                .flatMap(Rendered::files)
                .filter(file -> file.path().equals("/etc/containerd/config.toml"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void containerd_understands_every_setting(Rendered file) throws Exception {
        assertEquals(List.of(), lost(file.content()));
    }

    @Test
    void a_misspelt_setting_is_found() throws Exception {
        var right = files().findFirst().orElseThrow().content();

        assertEquals(List.of("sandbox_imge"), lost(right.replace("sandbox_image", "sandbox_imge")));
        assertEquals(List.of("SystemdCgroups"), lost(right.replace("SystemdCgroup", "SystemdCgroups")));
        assertFalse(lost(right.replace("\".cni]", "\".cnii]")).isEmpty());
    }

    @Test
    void what_is_no_toml_is_refused() throws Exception {
        assertNotEquals(0, dump("version = = 2\n").exitCode());
    }

    private Tool.Result dump(String content) throws IOException, InterruptedException {
        var file = Files.writeString(folder.resolve("config.toml"), content);
        return CONTAINERD.run(folder, "--config", file, "config", "dump");
    }

    /** The settings that are not in what containerd goes by. */
    private List<String> lost(String content) throws IOException, InterruptedException {
        var dump = dump(content);
        assertEquals(0, dump.exitCode(), dump::toString);
        var toml = new TomlMapper();
        var lost = new ArrayList<String>();
        compare(toml.readTree(content), "", toml.readTree(dump.output()), lost);
        return lost;
    }

    private static void compare(JsonNode ours, String pointer, JsonNode all, List<String> lost) {
        ours.properties().forEach(entry -> {
            var name = entry.getKey();
            var here = pointer + "/" + name.replace("~", "~0").replace("/", "~1");
            if (entry.getValue().isObject()) {
                compare(entry.getValue(), here, all, lost);
            } else if (!name.equals("version") && !understood(name, here, entry.getValue(), all)) {
                lost.add(name);
            }
        });
    }

    /** containerd 2 reads files of version 2, and answers in the order and with the names of its own version. */
    private static boolean understood(String name, String pointer, JsonNode value, JsonNode all) {
        if (pointer.endsWith("/options/" + name) && !SHIM_OPTIONS.contains(name)) {
            return false;
        }
        if (all.path("version").asInt() == 2) {
            return all.at(pointer).equals(value);
        }
        return Stream.of(name, NEW_NAMES.getOrDefault(name, name))
                .flatMap(key -> all.findValues(key).stream())
                .anyMatch(found -> found.equals(value)
                        || (value.isTextual() && found.path(0).equals(value)));
    }
}
