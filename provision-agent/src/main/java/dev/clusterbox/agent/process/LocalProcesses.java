package dev.clusterbox.agent.process;

import dev.clusterbox.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Runs commands as children of the agent. */
public final class LocalProcesses implements CommandRunner {

    /** Enough for every answer that is read; what a program prints beyond is thrown away, not kept in a small heap. */
    private static final int KEPT = 256 * 1024;

    /** As timeout(1) says it. */
    private static final int TIMED_OUT = 124;

    @Override
    public CommandResult run(Command command) throws InterruptedException {
        var builder = new ProcessBuilder(command.argv());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        builder.environment().put("SYSTEMD_PAGER", "");
        try {
            var process = builder.start();
            process.getOutputStream().close();
            return finish(command, process);
        } catch (IOException e) {
            throw Problem.failed(
                            "could not run '%s': %s".formatted(command.argv().getFirst(), e.getMessage()),
                            "install the program, or correct the image")
                    .asException();
        }
    }

    private static CommandResult finish(Command command, Process process) throws InterruptedException {
        var stdout = new Drain(process.getInputStream());
        var stderr = new Drain(process.getErrorStream());
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (process.waitFor(command.limit())) {
                        return new CommandResult(process.exitValue(), stdout.text(), stderr.text());
                    }
                    end(process);
                    return new CommandResult(
                            TIMED_OUT,
                            "",
                            "no answer within %d s".formatted(command.limit().toSeconds()));
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (!command.toTheEnd()) {
                        end(process);
                        throw e;
                    }
                }
            }
        } finally {
            if (interrupted && command.toTheEnd()) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(2, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Reads an output to its end, so that the program never waits for us. */
    private static final class Drain {

        private final Thread reader;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        Drain(InputStream output) {
            reader = Thread.ofPlatform().daemon().name("output").start(() -> read(output));
        }

        private void read(InputStream output) {
            var buffer = new byte[8192];
            try (output) {
                for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
                    kept.write(buffer, 0, Math.min(n, KEPT - kept.size()));
                }
            } catch (IOException e) {
                // The program is gone with its pipe; what was read so far is the answer.
            }
        }

        String text() throws InterruptedException {
            // A child of the program may keep the pipe open for ever.
            reader.join(1000);
            return kept.toString(StandardCharsets.UTF_8);
        }
    }
}
