package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The units of a machine, looked at by systemd-analyze in a root of their own, where the release's programs are. */
final class SystemdTest {

    private static final Tool SYSTEMD = new Tool("systemd-analyze", "systemd");

    /** What units may name and the distribution has. */
    private static final List<String> PROGRAMS = List.of("/usr/sbin/haproxy", "/bin/kill", "/sbin/modprobe");

    private static final List<String> TARGETS =
            List.of("sysinit", "basic", "network", "local-fs", "shutdown", "multi-user");

    @TempDir
    private Path root;

    static List<String> hosts() {
        return Rendered.HOSTS;
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void systemd_has_nothing_to_say(String host) throws Exception {
        var units = machine(host);
        var said = verify(units);

        assertFalse(units.isEmpty());
        assertTrue(said.silent(), said::toString);
    }

    /** A mistake of each kind that one makes. */
    enum Mistake {
        DIRECTIVE("Restart=", "Restrat="),
        VALUE("Restart=always", "Restart=sometimes"),
        SECTION("[Install]", "[Instal]"),
        PROGRAM("ExecStart=kubelet", "ExecStart=kubelat"),
        REQUIREMENT("Requires=containerd.service", "Requires=docker.service");

        private final String right;
        private final String wrong;

        Mistake(String right, String wrong) {
            this.right = right;
            this.wrong = wrong;
        }
    }

    @ParameterizedTest
    @EnumSource
    void systemd_minds_a_mistake(Mistake mistake) throws Exception {
        var units = machine("node-1");
        var kubelet = root.resolve("etc/systemd/system/kubelet.service");
        var text = Files.readString(kubelet);
        assertTrue(text.contains(mistake.right));
        Files.writeString(kubelet, text.replace(mistake.right, mistake.wrong));
        var said = verify(units);

        assertFalse(said.silent());
        assertTrue(said.errors().contains("kubelet.service"), said::toString);
    }

    /** A path without a unit of its name would never start anything. */
    @Test
    void what_waits_has_something_to_start() {
        var units = Rendered.files(Variant.USUAL)
                .filter(Rendered::isUnit)
                .map(Rendered::fileName)
                .toList();
        var waiting = units.stream().filter(name -> name.endsWith(".path")).toList();

        assertFalse(waiting.isEmpty());
        waiting.forEach(name -> assertTrue(units.contains(name.replace(".path", ".service")), name));
    }

    private Tool.Result verify(List<String> units) throws IOException, InterruptedException {
        var arguments = new ArrayList<Object>(List.of("verify", "--man=no", "--root=" + root));
        arguments.addAll(units);
        return SYSTEMD.run(root, arguments.toArray());
    }

    /** Lays out the machine, and names its units. */
    private List<String> machine(String host) throws IOException {
        var release = new Releases().get("1.36");
        var installed = Rendered.operations(release, Variant.USUAL, host).stream()
                .filter(Operation::hasInstallBinary)
                .map(operation -> operation.getInstallBinary().getPath());
        for (var program :
                Stream.concat(installed, PROGRAMS.stream()).distinct().toList()) {
            executable(file(program, "#!/bin/sh\n"));
        }
        for (var target : TARGETS) {
            file("/usr/lib/systemd/system/" + target + ".target", "[Unit]\nDescription=" + target + "\n");
        }
        var units = new ArrayList<String>();
        for (var operation : Rendered.operations(release, Variant.USUAL, host)) {
            if (operation.hasWriteFile()) {
                var written = operation.getWriteFile();
                var file = file(written.getPath(), written.getContent().toStringUtf8());
                if ((written.getMode() & 0_111) != 0) {
                    executable(file);
                }
                if (written.getPath().startsWith("/etc/systemd/system/")) {
                    units.add(file.getFileName().toString());
                }
            }
        }
        return units;
    }

    private Path file(String path, String content) throws IOException {
        var file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
