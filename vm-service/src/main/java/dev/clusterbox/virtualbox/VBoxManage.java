package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The only class that runs VBoxManage. It hides what that program does unlike others: it can fail with exit code 0, it
 * can ask for patience ("not ready"), and it speaks the host's language.
 */
final class VBoxManage {

    /** While VBoxSVC ends for idleness a call takes 10 s; copying a disk takes minutes and says so by its own limit. */
    private static final Duration USUAL_LIMIT = Duration.ofSeconds(60);

    private static final int ATTEMPTS = 5;
    private static final Pattern ERROR = Pattern.compile("(?m)^VBoxManage(\\.exe)?: error: (?<text>.*)");
    private static final String NOT_READY = "The object is not ready";

    private final CommandRunner host;
    private final String program;
    private final Map<String, String> environment;
    private final Duration retryDelay;

    /**
     * @param program its name or its path on the host
     * @param environment what decides which VirtualBox is meant: {@code HOME}, {@code VBOX_USER_HOME}, {@code VBOX_IPC_SOCKETID}
     */
    VBoxManage(CommandRunner host, String program, Map<String, String> environment, Duration retryDelay) {
        this.host = host;
        this.program = program;
        this.environment = Map.copyOf(environment);
        this.retryDelay = retryDelay;
    }

    /** Returns what the command printed. */
    String run(String... arguments) throws InterruptedException {
        return run(USUAL_LIMIT, _ -> {}, arguments);
    }

    /**
     * Returns what the command printed.
     *
     * @param progress sees each line of the standard error, which is where VBoxManage prints its percentages
     */
    String run(Duration limit, Consumer<String> progress, String... arguments) throws InterruptedException {
        var command = Command.of(
                        Stream.concat(Stream.of(program), Stream.of(arguments)).toList())
                .with(environment)
                .within(limit);
        var result = host.run(command, progress);
        for (int attempt = 1; attempt < ATTEMPTS && result.stderr().contains(NOT_READY); attempt++) {
            Thread.sleep(retryDelay);
            result = host.run(command, progress);
        }
        if (result.succeeded() && !ERROR.matcher(result.stderr()).find()) {
            return result.stdout();
        }
        throw KnownFailures.explain(result).asException();
    }
}
