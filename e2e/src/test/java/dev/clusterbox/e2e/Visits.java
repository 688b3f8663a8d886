package dev.clusterbox.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody who asks for a page again and again, each time over a new connection. */
final class Visits implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;

    private final URI page;
    private final AtomicInteger all = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> work;
    private volatile boolean over;

    Visits(String page) {
        this.page = URI.create(page);
        this.work = thread.submit(() -> {
            while (!over) {
                visit();
                Thread.sleep(20);
            }
            return null;
        });
    }

    private void visit() throws InterruptedException {
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build()) {
            var answer =
                    client.send(HttpRequest.newBuilder(page).timeout(PATIENCE).build(), BodyHandlers.ofString());
            if (answer.statusCode() != OK) {
                failures.add("visit %d: %d".formatted(all.get(), answer.statusCode()));
            }
        } catch (IOException e) {
            failures.add("visit %d: %s".formatted(all.get(), e));
        }
        all.incrementAndGet();
    }

    int all() {
        return all.get();
    }

    List<String> failures() {
        return failures;
    }

    /** The last visit is over when this returns. */
    void end() throws Exception {
        over = true;
        work.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        over = true;
        thread.close();
    }
}
