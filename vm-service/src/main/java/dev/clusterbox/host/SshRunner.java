package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.connection.channel.direct.Signal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs programs on another computer, each in a session of its own. */
final class SshRunner implements CommandRunner {

    private static final Logger LOG = LoggerFactory.getLogger(SshRunner.class);

    /** As a shell counts a program that a signal has ended. */
    private static final Map<Signal, Integer> SIGNALS = Map.of(
            Signal.HUP,
            1,
            Signal.INT,
            2,
            Signal.QUIT,
            3,
            Signal.ILL,
            4,
            Signal.ABRT,
            6,
            Signal.FPE,
            8,
            Signal.KILL,
            9,
            Signal.SEGV,
            11,
            Signal.PIPE,
            13,
            Signal.TERM,
            15);

    private static final int BY_SIGNAL = 128;

    private final SshConnection connection;

    SshRunner(SshConnection connection) {
        this.connection = connection;
    }

    @Override
    public CommandResult run(Command command, Consumer<String> progress) throws InterruptedException {
        var line = ShellLine.of(command);
        long deadline = System.nanoTime() + command.limit().toNanos();
        return connection.on(command.toString(), SSHClient::startSession, session -> {
            var running = new Running(session.exec(line), command, progress);
            try {
                return running.await(deadline);
            } catch (TimeoutException e) {
                running.kill();
                throw new Problem(
                                Code.TIMED_OUT,
                                "'%s' did not end within %d s on %s"
                                        .formatted(command, command.limit().toSeconds(), connection.target()),
                                "run the same command there")
                        .asException();
            } catch (InterruptedException e) {
                running.kill();
                throw e;
            }
        });
    }

    /** A program that runs there. */
    private final class Running {

        private final Session.Command process;
        private final Command command;
        private final CompletableFuture<Long> id = new CompletableFuture<>();
        private final FutureTask<String> stdout;
        private final FutureTask<String> stderr;

        Running(Session.Command process, Command command, Consumer<String> progress) {
            this.process = process;
            this.command = command;
            stdout = Output.reading(process.getInputStream(), _ -> {});
            stderr = Output.reading(process.getErrorStream(), line -> {
                if (!said(line)) {
                    progress.accept(line);
                }
            });
            Thread.startVirtualThread(() -> feed(process, command.input()));
        }

        /** Keeps the process id, which the shell says once, before the program can say anything. */
        private boolean said(String line) {
            return !id.isDone()
                    && line.startsWith(ShellLine.PROCESS)
                    && id.complete(Long.parseLong(line.substring(ShellLine.PROCESS.length())));
        }

        CommandResult await(long deadline) throws IOException, InterruptedException, TimeoutException {
            var out = get(stdout, deadline);
            var err = get(stderr, deadline).replaceFirst("(?m)^" + ShellLine.PROCESS + "[0-9]+\n", "");
            process.join(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            int code = exitCode();
            if (code == ShellLine.MISSING_EXIT_CODE && err.equals(ShellLine.MISSING + "\n")) {
                throw Problem.unavailable(
                                "'%s' is not installed on %s"
                                        .formatted(command.arguments().getFirst(), connection.target()),
                                "install it there")
                        .asException();
            }
            return new CommandResult(command, code, out, err);
        }

        private static String get(FutureTask<String> text, long deadline)
                throws IOException, InterruptedException, TimeoutException {
            try {
                return text.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException lost) {
                    throw lost;
                }
                throw new IllegalStateException(e);
            }
        }

        private int exitCode() throws IOException {
            var status = process.getExitStatus();
            if (status != null) {
                return status;
            }
            var signal = process.getExitSignal();
            if (signal != null) {
                return BY_SIGNAL + SIGNALS.getOrDefault(signal, 0);
            }
            throw new ConnectionException("it ended without saying how");
        }

        /** With its children: sshd makes each command the leader of a process group. It has no place to wait for. */
        void kill() throws InterruptedException {
            if (!id.isDone()) {
                return;
            }
            var client = connection.established().client();
            try (var session = client.startSession();
                    var kill = session.exec("kill -s KILL -- -%1$d; kill -s KILL %1$d".formatted(id.join()))) {
                kill.join(5, TimeUnit.SECONDS);
            } catch (IOException e) {
                LOG.warn("'{}' may still run on {}", command, connection.target(), e);
            }
        }
    }

    private static void feed(Session.Command process, String input) {
        try {
            SshPump.send(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), process);
        } catch (IOException | InterruptedException _) {
            // It has ended without reading everything. What it has to say about that is in its result.
        }
    }
}
