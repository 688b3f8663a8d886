package dev.clusterbox.artifact;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Work on several things, a few at a time. */
final class Parallel {

    static final int AT_ONCE = 4;

    /** What is done to each. */
    interface Task<T, R> {
        R on(T item) throws InterruptedException;
    }

    private Parallel() {}

    /** Returns the results in the order of the items. The first failure interrupts the others, waits for them, and is thrown. */
    static <T, R> List<R> each(List<T> items, Task<T, R> task) throws InterruptedException {
        var places = new Semaphore(AT_ONCE);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var completion = new ExecutorCompletionService<R>(executor);
            var futures = new ArrayList<Future<R>>();
            for (var item : items) {
                futures.add(completion.submit(() -> {
                    places.acquire();
                    try {
                        return task.on(item);
                    } finally {
                        places.release();
                    }
                }));
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

    private static RuntimeException unwrapped(ExecutionException e) throws InterruptedException {
        return switch (e.getCause()) {
            case RuntimeException failure -> failure;
            case InterruptedException interrupted -> throw interrupted;
            case Error error -> throw error;
            case null, default -> new IllegalStateException(e);
        };
    }
}
