package dev.clusterbox.release;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.cluster.RenderedFile;
import dev.clusterbox.cluster.Size;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Release 1.10 against the tutorial's own text: its chapters on controllers and nodes, with their listings and the scripts that
 * put the files in their places.
 */
final class TutorialTest {

    private static final Path TEXT = Path.of("src/test/resources/tutorial/controllers-and-nodes.md");
    private static final Pattern BLOCK = Pattern.compile("^```\\w*\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    /** What a listing of a file begins with; the other blocks are commands and what they print. */
    private static final Pattern LISTING = Pattern.compile("\\[Unit]|kind:|apiVersion:|\\[plugins");

    /** "mv /home/vagrant/etcd.template /lib/systemd/system/etcd.service" */
    private static final Pattern PLACED =
            Pattern.compile("^mv /home/vagrant/\\S+\\.template (\\S+)$", Pattern.MULTILINE);

    private static ClusterSpec spec(String subnet, int controllers, int nodes) {
        return new ClusterSpec(
                "demo",
                "virtualbox",
                controllers,
                nodes,
                new Size(1, 512),
                new Size(2, 2048),
                new Size(2, 2048),
                Optional.of(subnet),
                "10.244.0.0/16",
                "10.32.0.0/24",
                "1.10");
    }

    private static List<RenderedFile> rendered(String subnet) {
        return new Rendering(new Releases()).render(spec(subnet, 3, 3));
    }

    private static List<String> listings() throws IOException {
        return BLOCK.matcher(Files.readString(TEXT))
                .results()
                .map(block -> block.group(1))
                .filter(block -> LISTING.matcher(block).lookingAt())
                .toList();
    }

    /** By machine and path. */
    private static Map<String, String> contents(Stream<RenderedFile> files) {
        return new TreeMap<>(
                files.collect(Collectors.toMap(file -> file.machine() + file.path(), RenderedFile::content)));
    }

    @Test
    void the_files_are_those_that_the_text_lists_to_the_letter() throws IOException {
        var files = rendered("192.168.26.0/24").stream()
                .filter(file -> List.of("controller-1", "node-1").contains(file.machine()))
                .map(RenderedFile::content)
                .sorted()
                .toList();

        assertEquals(8, files.size());
        assertEquals(listings().stream().sorted().toList(), files);
    }

    /** The text names two more whose listings it does not have: the units of kube-scheduler and kube-proxy. */
    @Test
    void they_lie_where_its_scripts_put_them() throws IOException {
        var placed = PLACED.matcher(Files.readString(TEXT))
                .results()
                .map(line -> line.group(1))
                .filter(path -> !path.matches(".*/kube-(scheduler|proxy)\\.service"))
                .sorted()
                .toList();
        var paths = rendered("192.168.26.0/24").stream()
                .map(RenderedFile::path)
                .distinct()
                .sorted()
                .toList();

        assertEquals(8, paths.size());
        assertEquals(placed, paths);
    }

    /** {@code sed -e 's/ETCD_NAME/controller-#{i}/'} and {@code sed -e "s/INTERNAL_IP/#{SUBNET}#{10 + i}/"}. */
    @Test
    void the_other_machines_differ_by_their_name_and_address() {
        var files = contents(rendered("192.168.26.0/24").stream());
        assertEquals(3 * 4 + 3 * 4, files.size());
        for (int i = 2; i <= 3; i++) {
            var controller = "controller-" + i;
            var address = "192.168.26.1" + i;
            UnaryOperator<String> own = text -> text.lines()
                    .map(line -> line.contains("--initial-cluster controller-1") || line.contains("--etcd-servers")
                            ? line
                            : line.replace("controller-1", controller).replace("192.168.26.11", address))
                    .collect(Collectors.joining("\n", "", "\n"));
            for (var path : List.of(
                    "/lib/systemd/system/etcd.service",
                    "/lib/systemd/system/kube-apiserver.service",
                    "/lib/systemd/system/kube-controller-manager.service",
                    "/var/lib/kubernetes/kube-scheduler-config.yml")) {
                assertEquals(
                        own.apply(requireNonNull(files.get("controller-1" + path))),
                        files.get(controller + path),
                        path);
            }
            var kubelet = requireNonNull(files.get("node-1/lib/systemd/system/kubelet.service"));
            assertEquals(
                    kubelet.replace("192.168.26.21", "192.168.26.2" + i),
                    files.get("node-" + i + "/lib/systemd/system/kubelet.service"));
        }
    }

    /** "If you are using a different subnet, feel free to find and replace in all files with your subnet value." */
    @Test
    void another_subnet_is_found_and_replaced() {
        var here = contents(rendered("192.168.26.0/24").stream());
        var there = contents(rendered("192.168.56.0/24").stream());

        here.replaceAll((path, content) -> content.replace("192.168.26.", "192.168.56."));
        assertEquals(here, there);
        assertTrue(there.values().stream().noneMatch(content -> content.contains("192.168.26.")));
    }

    @Test
    void fewer_machines_are_counted() {
        var files = contents(new Rendering(new Releases()).render(spec("192.168.26.0/24", 1, 1)).stream());

        assertEquals(8, files.size());
        assertTrue(requireNonNull(files.get("controller-1/lib/systemd/system/kube-apiserver.service"))
                .contains("  --apiserver-count=1 \\\n"));
        assertTrue(requireNonNull(files.get("controller-1/lib/systemd/system/etcd.service"))
                .contains("  --initial-cluster controller-1=https://192.168.26.11:2380 \\\n"));
    }

    @Test
    void no_cluster_is_made_of_it() {
        var problem = assertThrows(ProblemException.class, () -> new Releases().get("1.10"))
                .problem();

        assertEquals("'./clusterbox render --kubernetes v1.10 DIR' writes its files", problem.hint());
        assertEquals(List.of("1.35", "1.36", "1.37"), new Releases().lines());
        assertThrows(ProblemException.class, () -> new Releases().any("1.11"));
    }
}
