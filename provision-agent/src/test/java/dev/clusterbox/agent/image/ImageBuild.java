package dev.clusterbox.agent.image;

import dev.clusterbox.agent.file.Sha256;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Builds {@code target/image}: a runtime by jlink, the jars, the start-up cache by a training run, unit and allow-list. Where
 * nothing that goes into it has changed, it is left alone: two start-up caches of the same jars differ byte by byte, and whoever
 * has machines with the old one would make them anew.
 */
public final class ImageBuild {

    /** All that the agent and its libraries touch; found by running it, not by jdeps, which sees what is never used. */
    private static final String MODULES = "java.base,java.logging,jdk.unsupported";

    /** The start-up cache is checked against the time of the jars: it must survive copies, so it is no build's time. */
    private static final FileTime TIME = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    /**
     * Signatures: classes of a signed jar are not taken into the start-up cache. Security providers: gRPC asks for all of them,
     * which would load Bouncy Castle's thousand algorithms to no use.
     */
    private static final Pattern LEFT_OUT =
            Pattern.compile("META-INF/([^/]+\\.(SF|RSA|DSA|EC)|services/java\\.security\\.Provider)");

    private static final Pattern PROVIDER = Pattern.compile("(?m)^security\\.provider\\.\\d+=(.*)$");
    private static final Set<String> PROVIDERS = Set.of("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE");

    private final Path module;
    private final Path target;
    private final Path image;
    private final Path agent;

    private ImageBuild(Path module, Path target) {
        this.module = module;
        this.target = target;
        this.image = target.resolve("image");
        this.agent = image.resolve("opt/clusterbox/agent");
    }

    public static void main(String[] args) throws Exception {
        new ImageBuild(Path.of(args[0]), Path.of(args[1])).build();
    }

    private void build() throws Exception {
        var inputs = inputs();
        var stamp = target.resolve("image.inputs");
        if (Files.exists(stamp) && Files.readString(stamp).equals(inputs) && Files.exists(agent.resolve("agent.aot"))) {
            return;
        }
        Files.deleteIfExists(stamp);
        remove(image);
        Files.createDirectories(agent);
        copyTree(module.resolve("src/main/image"), image);
        Files.createDirectories(image.resolve("etc/systemd/system/multi-user.target.wants"));
        Files.createSymbolicLink(
                image.resolve("etc/systemd/system/multi-user.target.wants/clusterbox-agent.service"),
                Path.of("/etc/systemd/system/clusterbox-agent.service"));
        Files.createDirectories(agent.resolve("lib/lib"));
        for (var jar : jars()) {
            var own = target.equals(jar.getParent());
            copyJar(jar, agent.resolve(own ? "lib" : "lib/lib").resolve(jar.getFileName()));
        }
        jlink();
        trim();
        try (var all = Files.walk(image)) {
            for (var path : all.filter(p -> !Files.isSymbolicLink(p)).toList()) {
                Files.setLastModifiedTime(path, TIME);
            }
        }
        new Training(agent, target.resolve("training")).run();
        Files.writeString(stamp, inputs);
    }

    private List<Path> jars() throws IOException {
        try (var libraries = Files.list(target.resolve("lib"))) {
            return Stream.concat(
                            Stream.of(target.resolve("provision-agent.jar")),
                            libraries.filter(path -> path.toString().endsWith(".jar")))
                    .sorted()
                    .toList();
        }
    }

    /** What the image is made of, one line each. */
    private String inputs() throws IOException {
        var lines = new ArrayList<String>();
        lines.add("java " + Runtime.version());
        for (var jar : jars()) {
            lines.add(content(jar) + " " + jar.getFileName());
        }
        try (var tree = Files.walk(module.resolve("src/main/image"))) {
            for (var path : tree.filter(Files::isRegularFile).sorted().toList()) {
                lines.add(Sha256.of(path) + " " + module.relativize(path));
            }
        }
        for (var maker : List.of(ImageBuild.class, Training.class)) {
            var name = maker.getName().replace('.', '/') + ".class";
            lines.add(Sha256.of(target.resolve("test-classes").resolve(name)) + " " + maker.getSimpleName());
        }
        return String.join("\n", lines) + "\n";
    }

    /** Of a jar's entries, whatever their times are. */
    private static String content(Path jar) throws IOException {
        var digest = Sha256.algorithm();
        try (var file = new JarFile(jar.toFile())) {
            for (var entry : entries(file)) {
                digest.update((entry.getName() + " " + entry.getCrc() + " " + entry.getSize() + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<JarEntry> entries(JarFile file) {
        return file.stream().sorted(Comparator.comparing(JarEntry::getName)).toList();
    }

    private static void copyJar(Path from, Path to) throws IOException {
        try (var in = new JarFile(from.toFile());
                var out = new JarOutputStream(Files.newOutputStream(to))) {
            // The manifest must come first to be found.
            var ordered = Stream.concat(
                            entries(in).stream().filter(e -> e.getName().equals(JarFile.MANIFEST_NAME)),
                            entries(in).stream().filter(e -> !e.getName().equals(JarFile.MANIFEST_NAME)))
                    .filter(e ->
                            !e.isDirectory() && !LEFT_OUT.matcher(e.getName()).matches());
            for (var entry : ordered.toList()) {
                var copy = new JarEntry(entry.getName());
                copy.setLastModifiedTime(TIME);
                out.putNextEntry(copy);
                try (var content = in.getInputStream(entry)) {
                    content.transferTo(out);
                }
                out.closeEntry();
            }
        }
    }

    private void jlink() {
        var jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new IllegalStateException("this JDK has no jlink: " + Runtime.version()));
        var output = new StringWriter();
        int exit = jlink.run(
                new PrintWriter(output, true),
                new PrintWriter(output, true),
                "--add-modules",
                MODULES,
                "--no-header-files",
                "--no-man-pages",
                "--strip-java-debug-attributes",
                "--output",
                agent.resolve("runtime").toString());
        if (exit != 0) {
            throw new IllegalStateException("jlink failed: " + output);
        }
    }

    /**
     * The agent trusts its seed's authority and nobody else, so the public authorities, which gRPC would have read at each
     * start, are taken out; and of the security providers those that are not in this runtime, which are looked for at each start.
     */
    private void trim() throws IOException {
        Files.delete(agent.resolve("runtime/lib/security/cacerts"));
        var file = agent.resolve("runtime/conf/security/java.security");
        var number = new AtomicInteger();
        var trimmed = PROVIDER.matcher(Files.readString(file))
                .replaceAll(line -> PROVIDERS.contains(line.group(1))
                        ? "security.provider.%d=%s".formatted(number.incrementAndGet(), line.group(1))
                        : "");
        if (number.get() != PROVIDERS.size()) {
            throw new IllegalStateException("this JDK lists other security providers than expected: " + file);
        }
        Files.writeString(file, trimmed);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (var path : all.sorted().toList()) {
                var copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
                    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
                }
            }
        }
    }

    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
