package dev.clusterbox.host;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** What a program prints. */
final class Output {

    /** More than any command here prints; a program that prints more is read to its end, and what it printed is cut. */
    private static final int MOST = 1 << 20;

    private Output() {}

    /**
     * Reads to the end, in a thread of its own.
     *
     * @param lines sees each line as it comes
     */
    static FutureTask<String> reading(InputStream stream, Consumer<String> lines) {
        Callable<String> read = () -> {
            var text = new StringBuilder();
            try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.accept(line);
                    if (text.length() + line.length() < MOST) {
                        text.append(line).append('\n');
                    }
                }
            }
            return text.toString();
        };
        var task = new FutureTask<>(read);
        Thread.startVirtualThread(task);
        return task;
    }
}
