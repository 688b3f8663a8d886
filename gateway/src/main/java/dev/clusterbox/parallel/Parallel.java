package dev.clusterbox.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** A virtual thread for each of several things. */
public final class Parallel {

    /** What is done to each. */
    public interface Task<T, R> {
        R on(T item) throws InterruptedException;
    }

    private Parallel() {}

    /**
     * Returns the results in the order of the items. The first failure interrupts the others, waits for them, and is thrown.
     */
    public static <T, R> List<R> each(List<T> items, Task<T, R> task) throws InterruptedException {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var completion = new ExecutorCompletionService<R>(executor);
            var futures = new ArrayList<Future<R>>();
            for (var item : items) {
                futures.add(completion.submit(() -> task.on(item)));
            }
            try {
                for (int i = 0; i < futures.size(); i++) {
                    completion.take().get();
                }
                return futures.stream().map(Future::resultNow).toList();
            } catch (ExecutionException e) {
                futures.forEach(future -> future.cancel(true));
                throw unwrapped(e);
            } catch (InterruptedException e) {
                futures.forEach(future -> future.cancel(true));
                throw e;
            }
        }
    }

    /** The same, but so many of them at a time. */
    public static <T, R> List<R> each(int atOnce, List<T> items, Task<T, R> task) throws InterruptedException {
        var places = new Semaphore(atOnce);
        return each(items, item -> {
            places.acquire();
            try {
                return task.on(item);
            } finally {
                places.release();
            }
        });
    }

    private static RuntimeException unwrapped(ExecutionException e) throws InterruptedException {
        return switch (e.getCause()) {
            case RuntimeException failure -> failure;
            case InterruptedException interrupted -> throw interrupted;
            case Error error -> throw error;
            case null, default -> new IllegalStateException(e);
        };
    }
}
