package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that has run to its end. */
record Run(List<String> command, int exitCode, String output) {

    /** Output and errors come together, as on a terminal. A program that takes longer is killed, and the test fails. */
    static Run of(Duration limit, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("run", ".txt");
        try {
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(
                        "%s took more than %s; it said:%n%s".formatted(command, limit, Files.readString(output)));
            }
            return new Run(command, process.exitValue(), Files.readString(output));
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Fails the test, with all that the program said, if it did not end with 0. */
    Run succeeded() {
        assertEquals(0, exitCode, () -> command + " said:\n" + output);
        return this;
    }
}
