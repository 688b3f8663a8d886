package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs a program that other people wrote, to see whether it agrees with us. */
public final class Tool {

    private Tool() {}

    /** Returns what it printed; it has to succeed. */
    public static String run(Path folder, String... command) throws IOException, InterruptedException {
        var result = tryOut(folder, command);
        assertEquals(0, result.exitCode(), () -> "%s: %s".formatted(List.of(command), result.output()));
        return result.output();
    }

    public static Result tryOut(Path folder, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    public record Result(int exitCode, String output) {}
}
