package dev.clusterbox.agent.operation;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What operations may touch on this machine: lists that were baked into it. They limit mistakes and path tricks; a gateway
 * that is not ours any more still owns its machines.
 */
public final class Confinement {

    static final Path UNITS = Path.of("/etc/systemd/system");

    /** The agent does not saw at its own branch, whatever the lists say. */
    private static final List<Path> NEVER = Stream.of(
                    "/opt/clusterbox", "/etc/clusterbox", "/var/lib/clusterbox", "/run/clusterbox")
            .map(Path::of)
            .toList();

    private static final Pattern UNIT =
            Pattern.compile("[A-Za-z0-9:_.@-]{1,200}\\.(service|socket|path|timer|mount|target)");
    private static final Pattern DROP_IN = Pattern.compile("[A-Za-z0-9_.-]{1,200}\\.conf");
    private static final Pattern PROGRAM = Pattern.compile("(/usr(/local)?/s?bin/)?(?<name>[A-Za-z0-9_.-]+)");

    /** Why a path is asked for. */
    enum Purpose {
        FILE("files"),
        BINARY("binaries"),
        CERTIFICATE("certificates");

        private final String key;

        Purpose(String key) {
            this.key = key;
        }
    }

    private final Properties lists;

    public Confinement(Properties lists) {
        this.lists = lists;
    }

    public static Confinement read(Path file) {
        var lists = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            lists.load(in);
        } catch (IOException e) {
            throw Problem.failed("could not read %s: %s".formatted(file, e.getMessage()), "rebuild the image")
                    .asException();
        }
        return new Confinement(lists);
    }

    Target target(Purpose purpose, String text) {
        var path = absolute(text);
        if (!allows(purpose, path)) {
            throw refused("path: %s (expected: under %s)".formatted(text, String.join(", ", list(purpose.key))));
        }
        return new Target(this, purpose, path);
    }

    boolean allows(Purpose purpose, Path path) {
        if (NEVER.stream().anyMatch(path::startsWith)) {
            return false;
        }
        if (path.startsWith(UNITS)) {
            return purpose == Purpose.FILE && isUnitFile(UNITS.relativize(path));
        }
        return list(purpose.key).stream().map(Path::of).anyMatch(path::startsWith);
    }

    /** A unit of an allowed name, or a folder of drop-ins for one and what is in it. */
    private boolean isUnitFile(Path relative) {
        var first = relative.getName(0).toString();
        if (relative.getNameCount() == 1 && !first.endsWith(".d")) {
            return allowsUnit(first);
        }
        return first.endsWith(".d")
                && allowsUnit(first.substring(0, first.length() - 2))
                && (relative.getNameCount() == 1
                        || (relative.getNameCount() == 2
                                && DROP_IN.matcher(relative.getName(1).toString())
                                        .matches()));
    }

    /** Returns the unit's full name; {@code etcd} is {@code etcd.service}, as for systemctl. */
    String unit(String text) {
        var name = text.contains(".") ? text : text + ".service";
        if (!allowsUnit(name)) {
            throw refused("unit: %s (expected: one of %s)".formatted(text, String.join(", ", list("units"))));
        }
        return name;
    }

    private boolean allowsUnit(String name) {
        return UNIT.matcher(name).matches()
                && !name.startsWith("clusterbox-agent.")
                && list("units").stream().anyMatch(allowed -> matches(allowed, name));
    }

    String packageName(String text) {
        if (!list("packages").contains(text)) {
            throw refused("package: %s (expected: one of %s)".formatted(text, String.join(", ", list("packages"))));
        }
        return text;
    }

    String sysctl(String key) {
        var allowed = list("sysctls");
        if (!key.matches("[a-z0-9_-]+(\\.[a-zA-Z0-9_-]+)+") || allowed.stream().noneMatch(a -> matches(a, key))) {
            throw refused("sysctl: %s (expected: one of %s)".formatted(key, String.join(", ", allowed)));
        }
        return key;
    }

    /** Whether container images may be imported: one switch, since they come by checksum and have no path. */
    void images() {
        if (!lists.getProperty("images", "").strip().equals("true")) {
            throw refused("images: none may be imported here (expected: images = true)");
        }
    }

    /** A program where programs are, whose allowed entry is the whole command, or its beginning before a {@code *}. */
    List<String> command(List<String> argv) {
        var program = argv.isEmpty() ? null : PROGRAM.matcher(argv.getFirst());
        if (program != null && program.matches()) {
            var words = Stream.concat(
                            Stream.of(program.group("name")), argv.stream().skip(1))
                    .toList();
            if (commands().anyMatch(allowed -> begins(allowed, words))) {
                return List.copyOf(argv);
            }
        }
        throw refused("command: %s (expected: one of %s)"
                .formatted(String.join(" ", argv), lists.getProperty("commands", "")));
    }

    private static boolean begins(List<String> allowed, List<String> words) {
        if (!allowed.getLast().equals("*")) {
            return allowed.equals(words);
        }
        int fixed = allowed.size() - 1;
        return words.size() >= fixed && allowed.subList(0, fixed).equals(words.subList(0, fixed));
    }

    private Stream<List<String>> commands() {
        return Stream.of(lists.getProperty("commands", "").split(",", -1))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(entry -> List.of(entry.split("\\s+", -1)));
    }

    private List<String> list(String key) {
        var value = lists.getProperty(key, "").strip();
        return value.isEmpty() ? List.of() : List.of(value.split("\\s+", -1));
    }

    private static boolean matches(String allowed, String name) {
        return allowed.endsWith("*")
                ? name.startsWith(allowed.substring(0, allowed.length() - 1))
                : allowed.equals(name);
    }

    /** Absolute and in its shortest form: what is compared is what is opened. */
    static Path absolute(String text) {
        try {
            var path = Path.of(text);
            if (text.startsWith("/")
                    && path.getNameCount() > 0
                    && path.normalize().toString().equals(text)
                    && text.chars().noneMatch(Character::isISOControl)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // A NUL character; refused below like everything else that is no plain path.
        }
        throw Problem.invalid("path: %s (expected: absolute, without '..', '.' or empty parts)".formatted(text), "")
                .asException();
    }

    static ProblemException refused(String message) {
        return new Problem(
                        Code.FORBIDDEN, message, "the machine's image allows it in /etc/clusterbox/allowed.properties")
                .asException();
    }
}
