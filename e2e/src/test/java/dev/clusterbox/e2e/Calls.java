package dev.clusterbox.e2e;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Somebody who asks the API one thing after the other, each time over a new connection, and counts the answers. */
final class Calls {

    private final Kubectl kubectl;
    private final AtomicInteger all = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> work;
    private volatile boolean over;
    private final AtomicLong longest = new AtomicLong();

    Calls(Kubectl kubectl) {
        this.kubectl = kubectl;
        this.work = thread.submit(this::call);
    }

    private Void call() throws Exception {
        while (!over) {
            long begun = System.nanoTime();
            var answer = kubectl.run("get", "--raw=/api/v1/namespaces/default", "--request-timeout=10s");
            longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
            all.incrementAndGet();
            if (answer.exitCode() != 0) {
                failed.incrementAndGet();
                System.out.println("a call failed: " + answer.output().strip());
            }
        }
        return null;
    }

    int all() {
        return all.get();
    }

    int failed() {
        return failed.get();
    }

    @Override
    public String toString() {
        return "%d of %d calls failed, the longest took %d ms"
                .formatted(failed(), all(), TimeUnit.NANOSECONDS.toMillis(longest.get()));
    }

    /** Ends with the call that is under way. */
    void stop() throws Exception {
        over = true;
        work.get(60, TimeUnit.SECONDS);
        thread.close();
    }
}
