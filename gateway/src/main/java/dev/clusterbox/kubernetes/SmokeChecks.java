package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.SmokeTestResult.Check;
import dev.clusterbox.kubernetes.SmokeSpace.Waiting;
import dev.clusterbox.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries things, each with a limit; one that fails leaves the others alone. */
final class SmokeChecks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SmokeChecks.class);

    /** One thing that must work. */
    interface Attempt {

        /** Returns what was seen, as a sentence; may say meanwhile what it waits for. */
        String of(Waiting waiting) throws Exception;
    }

    /** A thing that is being tried. */
    record Trial(String name, Duration limit, long start, Future<String> future, Reason reason) {}

    /** Written by who tries, read by who waits. */
    static final class Reason implements Waiting {

        private volatile String text = "";

        @Override
        public void because(String reason) {
            text = ": " + reason;
        }
    }

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Check> checks = new ArrayList<>();
    private final Consumer<String> say;
    private final int total;

    SmokeChecks(int total, Consumer<String> say) {
        this.total = total;
        this.say = say;
    }

    /** Begins; {@link #end} has the result. */
    Trial begin(String name, Duration limit, Attempt attempt) {
        var reason = new Reason();
        var future = executor.submit(() -> attempt.of(reason));
        return new Trial(name, limit, System.nanoTime(), future, reason);
    }

    /** Waits for the end, or the limit. Returns whether it went well. */
    boolean end(Trial trial) throws InterruptedException {
        try {
            var left = trial.limit.toNanos() - (System.nanoTime() - trial.start);
            return passed(trial, trial.future.get(Math.max(0, left), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            trial.future.cancel(true);
            return failed(trial, "not within %d s%s".formatted(trial.limit.toSeconds(), trial.reason.text));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ProblemException expected) {
                return failed(trial, expected.problem().message());
            }
            LOG.info("'{}' failed", trial.name, e.getCause());
            return failed(trial, Api.shown(String.valueOf(e.getCause())));
        }
    }

    /** What cannot be tried because of another failure is one too. */
    void without(String name, String why) {
        add(new Check(name, false, 0, why));
    }

    List<Check> all() {
        return List.copyOf(checks);
    }

    private boolean passed(Trial trial, String seen) {
        add(new Check(trial.name, true, seconds(trial), seen));
        return true;
    }

    private boolean failed(Trial trial, String why) {
        add(new Check(trial.name, false, seconds(trial), why));
        return false;
    }

    private static double seconds(Trial trial) {
        return Math.round((System.nanoTime() - trial.start) / 1e6) / 1e3;
    }

    private void add(Check check) {
        checks.add(check);
        LOG.info("{} {}: {}", check.passed() ? "passed" : "FAILED", check.name(), check.message());
        say.accept("%d of %d: %s%s"
                .formatted(checks.size(), total, check.name(), check.passed() ? "" : " FAILED: " + check.message()));
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
