package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Work on several things at once, a virtual thread each. */
final class SideBySide {

    /** What is done to each. */
    interface Task<T, R> {
        R on(T item) throws InterruptedException;
    }

    private SideBySide() {}

    /**
     * Returns the results in the order of the items. The first failure interrupts the others, waits for them, and is thrown.
     */
    static <T, R> List<R> each(List<T> items, Task<T, R> task) throws InterruptedException {
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

    private static RuntimeException unwrapped(ExecutionException e) throws InterruptedException {
        return switch (e.getCause()) {
            case RuntimeException failure -> failure;
            case InterruptedException interrupted -> throw interrupted;
            case Error error -> throw error;
            case null, default -> new IllegalStateException(e);
        };
    }

    /** The cluster with what each branch has changed. Two that made different things of the same part are a bug. */
    static Cluster merge(Cluster before, List<Cluster> branches) {
        try {
            var components = Cluster.class.getRecordComponents();
            var types = new Class<?>[components.length];
            var values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = merge(components[i], before, branches);
            }
            return Cluster.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object merge(RecordComponent component, Cluster before, List<Cluster> branches)
            throws ReflectiveOperationException {
        var old = component.getAccessor().invoke(before);
        var merged = old;
        for (var branch : branches) {
            var value = component.getAccessor().invoke(branch);
            if (!Objects.equals(value, old)) {
                if (!Objects.equals(merged, old) && !Objects.equals(merged, value)) {
                    throw new IllegalStateException("two steps side by side have changed " + component.getName());
                }
                merged = value;
            }
        }
        return merged;
    }
}
