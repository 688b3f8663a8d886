package dev.clusterbox.bake;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.Session;
import org.jspecify.annotations.Nullable;

/** One command over a connection: fed and listened to at the same time, since it may do one only if the other is done. */
final class RemoteCommand {

    private static final int MOST_OUTPUT = 1 << 20;
    private static final int BUFFER = 1 << 16;

    private final SSHClient client;
    private final String stage;
    private final String line;
    private volatile @Nullable String unreadable;

    RemoteCommand(SSHClient client, String stage, String line) {
        this.client = client;
        this.stage = stage;
        this.line = line;
    }

    /** Writes what a command reads. */
    interface Input {
        void writeTo(OutputStream out) throws IOException;
    }

    /** What went wrong on our side while the command was fed: not that it stopped reading. */
    private static final class NotReadable extends IOException {
        NotReadable(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Reads a file of ours, so that its failure is told from the command's. */
    static <T> T ours(Callable<T> reading) throws IOException {
        try {
            return reading.call();
        } catch (IOException e) {
            throw new NotReadable(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns how it ended; that the connection ended before is an outcome, too. */
    Outcome run(Input input, Duration limit, Consumer<String> lines) throws InterruptedException {
        try (var session = client.startSession();
                var command = session.exec(line)) {
            var stdout = start(() -> read(command.getInputStream(), lines));
            var stderr = start(() -> read(command.getErrorStream(), _ -> {}));
            var feeding = start(() -> feed(command, input));
            try {
                await(command, feeding, limit);
                requireReadable();
                var exitCode = command.getExitStatus();
                return exitCode == null ? lost() : new Outcome(stage, true, exitCode, stdout.get(), stderr.get());
            } finally {
                feeding.cancel(true);
            }
        } catch (IOException e) {
            GuestSession.interrupted(e);
            return lost();
        } catch (ExecutionException e) {
            throw new IllegalStateException(stage, e);
        }
    }

    private Outcome lost() {
        return new Outcome(stage, false, -1, "", "");
    }

    private void await(Session.Command command, FutureTask<String> feeding, Duration limit)
            throws IOException, InterruptedException, ExecutionException {
        long end = System.nanoTime() + limit.toNanos();
        while (command.isOpen() && client.isConnected()) {
            if (feeding.isDone()) {
                feeding.get();
            }
            if (System.nanoTime() > end) {
                throw new Problem(
                                Code.TIMED_OUT,
                                "%s: it did not end within %d s".formatted(stage, limit.toSeconds()),
                                "look at the guest's screen, and at how busy its host is")
                        .asException();
            }
            try {
                command.join(200, TimeUnit.MILLISECONDS);
            } catch (IOException e) {
                GuestSession.interrupted(e);
                // Not yet; or lost, which the next look tells.
            }
        }
    }

    private void requireReadable() {
        if (unreadable != null) {
            throw Problem.failed(
                            "%s: a file on this host cannot be read: %s".formatted(stage, unreadable),
                            "look at the agent's files and the artifact store")
                    .asException();
        }
    }

    /** That the command reads no more is for its exit code to say. */
    private String feed(Session.Command command, Input input) {
        try (var stdin = new BufferedOutputStream(command.getOutputStream(), BUFFER)) {
            feed(stdin, input);
        } catch (IOException _) {
            // Said by the command, or noted below.
        }
        return "";
    }

    /** What of ours cannot be read is noted before the command sees the end of its input, and ends. */
    private void feed(OutputStream stdin, Input input) throws IOException {
        try {
            input.writeTo(stdin);
        } catch (NotReadable e) {
            unreadable = String.valueOf(e.getMessage());
            throw e;
        }
    }

    private static String read(InputStream stream, Consumer<String> lines) {
        var text = new StringBuilder();
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.accept(line);
                if (text.length() + line.length() < MOST_OUTPUT) {
                    text.append(line).append('\n');
                }
            }
        } catch (IOException _) {
            // The connection is lost; what was heard until then may tell why.
        }
        return text.toString();
    }

    private static FutureTask<String> start(Callable<String> work) {
        var task = new FutureTask<>(work);
        Thread.startVirtualThread(task);
        return task;
    }
}
