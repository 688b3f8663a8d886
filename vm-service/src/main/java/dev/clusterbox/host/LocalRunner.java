package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs programs on this host, with an environment that does not depend on who started the service. */
public final class LocalRunner implements CommandRunner {

    private static final List<String> FOLDERS =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/sbin", "/usr/bin", "/bin");

    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", String.join(":", FOLDERS), "LC_ALL", "C.UTF-8", "DEBIAN_FRONTEND", "noninteractive");

    /**
     * Where a program stands on this host.
     *
     * @param program its name, or its whole path
     */
    public static Optional<Path> find(String program) {
        if (program.startsWith("/")) {
            return Optional.of(Path.of(program)).filter(Files::isExecutable);
        }
        return FOLDERS.stream()
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public CommandResult run(Command command, Consumer<String> progress) throws InterruptedException {
        var builder = builder(command.arguments());
        builder.environment().putAll(command.environment());
        var process = start(builder);
        try {
            var stdout = Output.reading(process.getInputStream(), _ -> {});
            var stderr = Output.reading(process.getErrorStream(), progress);
            feed(process, command.input());
            if (!process.waitFor(command.limit().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Problem(
                                Code.TIMED_OUT,
                                "'%s' did not end within %d s"
                                        .formatted(command, command.limit().toSeconds()),
                                "run the same command on the host")
                        .asException();
            }
            return new CommandResult(command, process.exitValue(), stdout.get(), stderr.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException(command.toString(), e);
        } finally {
            if (process.isAlive()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    /**
     * Starts a program that outlives this service, in a session of its own, and returns its process id.
     *
     * @param console takes what it prints
     */
    public long launch(List<String> arguments, Map<String, String> environment, Path console) {
        // setsid does not fork here: a child of ours is not the leader of a process group. So the process id stays.
        var builder =
                builder(Stream.concat(Stream.of("setsid"), arguments.stream()).toList());
        builder.environment().putAll(environment);
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(Redirect.appendTo(console.toFile()));
        return start(builder).pid();
    }

    private static ProcessBuilder builder(List<String> arguments) {
        var program = arguments.getFirst();
        var path = find(program)
                .orElseThrow(() -> Problem.unavailable("'%s' is not installed".formatted(program), "install it")
                        .asException());
        var builder = new ProcessBuilder(
                Stream.concat(Stream.of(path.toString()), arguments.stream().skip(1))
                        .toList());
        builder.directory(Path.of("/").toFile());
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        return builder;
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.unavailable(
                            "'%s' cannot be run: %s".formatted(builder.command().getFirst(), e.getMessage()), ""),
                    e);
        }
    }

    private static void feed(Process process, String input) {
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // It has ended without reading everything. What it has to say about that is in its result.
        }
    }
}
