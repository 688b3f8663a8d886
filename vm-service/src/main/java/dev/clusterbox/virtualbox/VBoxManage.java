package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.virtualbox.Lingering.Done;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only class that runs VBoxManage. It hides what that program does unlike others: it can fail with exit code 0, it
 * can ask for patience ("not ready", a lock that is just being given back), it speaks the host's language, now and then it does not end ({@link Lingering}),
 * and as Debian packages it, it can warn on its standard output.
 */
final class VBoxManage {

    private static final Logger LOG = LoggerFactory.getLogger(VBoxManage.class);

    /** Now and then a call takes 10 s; copying a disk takes minutes and says so by its own limit. */
    private static final Duration USUAL_LIMIT = Duration.ofSeconds(60);

    /** The object is there in a moment, or never. */
    private static final int ATTEMPTS_WHEN_NOT_READY = 5;

    /** A machine that was turned off keeps its lock until its process has ended: usually 0.2 s, seconds on a busy host. */
    private static final int ATTEMPTS_WHEN_LOCKED = 100;

    private static final Pattern ERROR = Pattern.compile("(?m)^VBoxManage(\\.exe)?: error: (?<text>.*)");
    private static final String NOT_READY = "The object is not ready";

    /**
     * Somebody else has the machine at this moment, and nothing was done. By code and context: the sentence is in the language of whoever
     * started VBoxSVC.
     */
    private static final Pattern LOCKED = Pattern.compile(
            "(?s)VBOX_E_(INVALID_OBJECT_STATE|VM_ERROR)" + ".*Context: \"(LockMachine|Unregister|LaunchVMProcess)\\(");

    /** The wrapper /usr/bin/VBoxManage of Debian, where the kernel module is missing: lines, and more of them indented. */
    private static final Pattern WARNING_OF_DEBIAN = Pattern.compile("\\A(WARNING: .*\\n([ \\t].*\\n|\\n)*)+");

    private static final Pattern VALUE = Pattern.compile("(?m)^Value: (?<value>.*)$");
    private static final Pattern KEY_AND_VALUE = Pattern.compile("(?m)^Key: (?<key>[^,]+), Value: (?<value>.*)$");

    /** What VirtualBox itself honours first; messages of VBoxSVC may be in another language all the same. */
    private static final Map<String, String> IN_ENGLISH = Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", "C");

    private final Lingering host;
    private final String program;
    private final Map<String, String> environment;
    private final Duration retryDelay;

    /**
     * @param program its name or its path on the host
     * @param environment what decides which VirtualBox is meant: {@code HOME}, {@code VBOX_USER_HOME}, {@code VBOX_IPC_SOCKETID}
     */
    VBoxManage(CommandRunner host, String program, Map<String, String> environment, Duration retryDelay) {
        this.host = new Lingering(host);
        this.program = program;
        this.environment = new HashMap<>(IN_ENGLISH);
        this.environment.putAll(environment);
        this.retryDelay = retryDelay;
    }

    /** Returns what the command printed. */
    String run(String... arguments) throws InterruptedException {
        return run(USUAL_LIMIT, _ -> {}, arguments);
    }

    /**
     * Returns what the command printed, with line ends as on Unix.
     *
     * @param progress sees each line of the standard error, which is where VBoxManage prints its percentages
     */
    String run(Duration limit, Consumer<String> progress, String... arguments) throws InterruptedException {
        var command = command(limit, arguments);
        var result = once(command, progress);
        for (int attempt = 1; attempt < attempts(result); attempt++) {
            Thread.sleep(retryDelay);
            result = once(command, progress);
        }
        return output(result);
    }

    /** Returns what a list printed that complains of single entries, ends well, and has them all. */
    String list(String... arguments) throws InterruptedException {
        var command = command(
                USUAL_LIMIT,
                Stream.concat(Stream.of("list"), Stream.of(arguments)).toArray(String[]::new));
        var result = once(command, _ -> {});
        return result.succeeded() ? result.stdout().replace("\r\n", "\n") : output(result);
    }

    /** Runs what must not be run twice, and does not wait for a program that does not end though it is done. */
    void run(Done done, String... arguments) throws InterruptedException {
        var command = command(USUAL_LIMIT, arguments);
        var result = host.run(command, done);
        for (int attempt = 1; result.isPresent() && attempt < attempts(result.get()); attempt++) {
            Thread.sleep(retryDelay);
            result = host.run(command, done);
        }
        result.ifPresent(VBoxManage::output);
    }

    private Command command(Duration limit, String... arguments) {
        return Command.of(
                        Stream.concat(Stream.of(program), Stream.of(arguments)).toList())
                .with(environment)
                .within(limit);
    }

    private static String output(CommandResult result) {
        if (result.succeeded() && !ERROR.matcher(result.stderr()).find()) {
            return WARNING_OF_DEBIAN
                    .matcher(result.stdout().replace("\r\n", "\n"))
                    .replaceFirst("");
        }
        throw KnownFailures.explain(result).asException();
    }

    private CommandResult once(Command command, Consumer<String> progress) throws InterruptedException {
        long start = System.nanoTime();
        var result = host.run(command, progress);
        LOG.debug("{} ms, exit code {}: {}", (System.nanoTime() - start) / 1_000_000, result.exitCode(), command);
        return result;
    }

    /** How often a command is tried that ended like this. */
    private static int attempts(CommandResult result) {
        if (result.stderr().contains(NOT_READY)) {
            return ATTEMPTS_WHEN_NOT_READY;
        }
        return LOCKED.matcher(result.stderr()).find() ? ATTEMPTS_WHEN_LOCKED : 1;
    }

    /**
     * What is noted under a key. "No value set!", and nothing at all, are no value.
     *
     * @param target a machine, or {@code global}
     */
    Optional<String> extraData(String target, String key) throws InterruptedException {
        var printed = VALUE.matcher(run("getextradata", target, key));
        return printed.find() ? Optional.of(printed.group("value").strip()) : Optional.empty();
    }

    /** All that is noted. */
    Map<String, String> extraData(String target) throws InterruptedException {
        var all = new HashMap<String, String>();
        KEY_AND_VALUE
                .matcher(run("getextradata", target, "enumerate"))
                .results()
                .forEach(line -> all.put(line.group("key"), line.group("value").strip()));
        return all;
    }
}
