package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.HostsNetwork;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.image.DebianSid;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A root file system with VirtualBox, as Debian packages it: built once, kept for all runs, and only read by them. It takes
 * about a minute and 850 MiB.
 */
final class VirtualBoxRoot {

    /** virtualbox itself has no kernel driver here; the compiler is for the stand-in of VBoxHeadless. */
    private static final List<String> PACKAGES = List.of("virtualbox", "ca-certificates", "procps", "gcc", "libc6-dev");

    private static final List<String> NEEDED = List.of("mmdebstrap", "unshare", "nsenter", "ip", "chroot");
    private static final Duration LIMIT = Duration.ofMinutes(45);
    private static final String STAND_IN = "/usr/lib/clusterbox/VBoxHeadless";

    private VirtualBoxRoot() {}

    /** The root; where it cannot be, the calling test is skipped, and says so. */
    static synchronized Path needed() {
        Optional<Path> root = Optional.empty();
        var why = "";
        try {
            why = missing();
            root = why.isEmpty() ? Optional.of(built()) : Optional.empty();
        } catch (ProblemException | IOException e) {
            why = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "interrupted";
        }
        if (root.isEmpty()) {
            System.out.println("VirtualBox: NOT TESTED: " + why);
            Assumptions.abort("VirtualBox: NOT TESTED: " + why);
        }
        return root.orElseThrow();
    }

    private static String missing() {
        for (var program : NEEDED) {
            if (LocalRunner.find(program).isEmpty()) {
                return "'%s' is not installed".formatted(program);
            }
        }
        return source().isPresent() ? "" : "this host has no mirror of Debian's packages";
    }

    private static Optional<String> source() {
        return DebianSid.source(List.of("main", "contrib"));
    }

    private static Path built() throws IOException, InterruptedException {
        var shelf = Files.createDirectories(Path.of(System.getProperty("clusterbox.cache")))
                .toRealPath();
        var root = shelf.resolve("virtualbox-" + key());
        // Others' tests may be building it right now.
        try (var channel = FileChannel.open(
                        shelf.resolve("virtualbox.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            if (lock.isValid() && !Files.exists(root)) {
                System.out.println("VirtualBox: building " + root + ", once");
                build(root);
            }
        }
        return root;
    }

    private static void build(Path root) throws IOException, InterruptedException {
        var network = new HostsNetwork();
        var scratch = Files.createTempDirectory(root.getParent(), ".virtualbox-");
        try {
            var sources = Files.writeString(scratch.resolve("sid.sources"), source().orElseThrow());
            var made = scratch.resolve("root");
            var arguments = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private", "--"));
            arguments.addAll(List.of("mmdebstrap", "--mode=root", "--variant=apt", "--format=directory"));
            arguments.add("--include=" + String.join(",", PACKAGES));
            arguments.add("--aptopt=APT::Install-Recommends \"false\";");
            arguments.add("--aptopt=Acquire::Check-Valid-Until \"false\";");
            DebianSid.aptOptions(network).forEach(option -> arguments.add("--aptopt=" + option));
            arguments.add("--dpkgopt=force-unsafe-io");
            arguments.addAll(List.of("sid", made.toString(), sources.toString()));
            network.run(Command.of(arguments).within(LIMIT)).orFail();
            var source = made.resolve("." + STAND_IN + ".c");
            Files.createDirectories(source.getParent());
            Files.write(source, resource("VBoxHeadless.c"));
            network.run(Command.of(
                            "chroot",
                            made.toString(),
                            "gcc",
                            "-O1",
                            "-Wall",
                            "-Wextra",
                            "-Werror",
                            "-rdynamic",
                            "-o",
                            STAND_IN,
                            STAND_IN + ".c"))
                    .orFail();
            Files.move(made, root, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            network.run(Command.of("rm", "-rf", "--one-file-system", scratch.toString())
                            .within(LIMIT))
                    .orFail();
        }
    }

    private static String key() throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(String.join(" ", PACKAGES).getBytes(StandardCharsets.UTF_8));
            digest.update(resource("VBoxHeadless.c"));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file beside this class. */
    static byte[] resource(String name) {
        try (var in = VirtualBoxRoot.class.getResourceAsStream(name)) {
            if (in == null) {
                throw Problem.failed("there is no " + name, "").asException();
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
