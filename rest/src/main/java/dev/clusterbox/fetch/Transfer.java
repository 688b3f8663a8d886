package dev.clusterbox.fetch;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * One file on its way. What has come is kept in a {@code .part} file, and the next attempt, also of another process, goes on
 * from there if the server still has the same file (RFC 9110, If-Range).
 */
public final class Transfer {

    /** How one asks. */
    public interface Source {

        /** Close the body. */
        HttpResponse<InputStream> get(URI uri, Map<String, String> headers) throws IOException, InterruptedException;
    }

    private static final int ATTEMPTS = 3;
    private static final int ATTEMPTS_IN_ALL = 50;
    private static final Duration PAUSE = Duration.ofMillis(300);

    private static final int BUFFER = 256 * 1024;

    private final Source source;
    private final URI uri;
    private final Path part;
    private final Path validator;
    private final Duration silence;
    private final long largest;

    /**
     * @param name names its file; another version under the same address is another file
     * @param silence how long the server may send nothing in the middle of the file
     * @param largest more than this many bytes cannot be what is meant
     */
    public Transfer(Source source, Path folder, String name, URI uri, Duration silence, long largest) {
        this.source = source;
        this.uri = uri;
        this.silence = silence;
        this.largest = largest;
        this.part = folder.resolve(name + ".part");
        this.validator = folder.resolve(name + ".validator");
    }

    /**
     * Returns the whole file, whatever is in it.
     *
     * @param expects sees its size, as soon as that is known
     * @param holds sees how much of it is there
     */
    public Path complete(LongConsumer expects, LongConsumer holds)
            throws Unavailable, IOException, InterruptedException {
        int failures = 0;
        for (int i = 0; i < ATTEMPTS_IN_ALL; i++) {
            long before = size();
            try {
                attempt(expects, holds);
                Files.deleteIfExists(validator);
                return part;
            } catch (CannotWrite e) {
                throw e.reason;
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                failures = size() > before ? 1 : failures + 1;
                if (failures >= ATTEMPTS || e instanceof ConnectException) {
                    throw new Unavailable(Http.said(uri, e));
                }
            }
            Thread.sleep(PAUSE.multipliedBy(failures));
        }
        throw new Unavailable(uri.getHost() + " breaks off again and again");
    }

    /** Forgets what has come. */
    public void discard() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(validator);
    }

    private long size() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    private void attempt(LongConsumer expects, LongConsumer holds)
            throws IOException, Unavailable, InterruptedException {
        var headers = new TreeMap<String, String>();
        long there = size();
        if (there > 0 && Files.exists(validator)) {
            headers.put("Range", "bytes=%d-".formatted(there));
            headers.put("If-Range", Files.readString(validator));
        }
        var answer = source.get(uri, headers);
        try (var in = answer.body()) {
            switch (answer.statusCode()) {
                case 206 -> receive(in, answer, resumedAt(answer, there), expects, holds);
                case 200 -> {
                    discard();
                    var tag = validator(answer);
                    if (tag.isPresent()) {
                        Files.writeString(validator, tag.get());
                    }
                    receive(in, answer, 0, expects, holds);
                }
                case 416 -> {
                    discard();
                    throw new IOException("the server has another file now");
                }
                case 408, 429, 500, 502, 503, 504 -> throw new IOException("answers " + answer.statusCode());
                default -> throw new Unavailable("%s answers %d".formatted(uri, answer.statusCode()));
            }
        }
    }

    private long resumedAt(HttpResponse<?> answer, long there) throws IOException {
        var range = answer.headers().firstValue("Content-Range").orElse("");
        if (there == 0 || !range.startsWith("bytes %d-".formatted(there))) {
            discard();
            throw new IOException("answers another range");
        }
        return there;
    }

    /** A weak one does not say that the bytes are the same. */
    private static Optional<String> validator(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("ETag")
                .filter(tag -> !tag.startsWith("W/"))
                .or(() -> answer.headers().firstValue("Last-Modified"));
    }

    private void receive(InputStream in, HttpResponse<?> answer, long from, LongConsumer expects, LongConsumer holds)
            throws IOException {
        answer.headers().firstValueAsLong("Content-Length").ifPresent(length -> {
            requireSmall(from + length);
            expects.accept(from + length);
        });
        var last = new AtomicLong(System.nanoTime());
        var watchdog = Thread.ofVirtual().start(() -> closeWhenSilent(in, last));
        try (var out = Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            var buffer = new byte[BUFFER];
            long size = from;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                last.set(System.nanoTime());
                size += n;
                requireSmall(size);
                write(out, buffer, n);
                holds.accept(size);
            }
        } finally {
            watchdog.interrupt();
        }
    }

    /** Reading has no timeout of its own; to close the stream ends it. */
    private void closeWhenSilent(InputStream in, AtomicLong last) {
        try {
            while (true) {
                long left = silence.toNanos() - (System.nanoTime() - last.get());
                if (left <= 0) {
                    in.close();
                    return;
                }
                Thread.sleep(Duration.ofNanos(left));
            }
        } catch (InterruptedException | IOException e) {
            // The reader is done, or learns it by itself.
        }
    }

    private static void write(java.io.OutputStream out, byte[] buffer, int n) throws CannotWrite {
        try {
            out.write(buffer, 0, n);
        } catch (IOException e) {
            throw new CannotWrite(e);
        }
    }

    private void requireSmall(long size) {
        if (size > largest) {
            throw Problem.failed(
                            "%s has more than %d MiB".formatted(uri, largest >> 20),
                            "it cannot be what is published: look into why")
                    .asException();
        }
    }

    /** The disk's failure, not the server's: to try again would not help. */
    private static final class CannotWrite extends IOException {

        private final IOException reason;

        CannotWrite(IOException reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
