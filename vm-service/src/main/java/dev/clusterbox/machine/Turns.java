package dev.clusterbox.machine;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Calls on the same thing take turns; calls on different things run side by side. */
public final class Turns<K> {

    private final ConcurrentHashMap<K, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** Something done while it is our turn. */
    public interface Work<T> {
        T run() throws InterruptedException;
    }

    public <T> T on(K key, Work<T> work) throws InterruptedException {
        // A lock is never removed: it is small, and names are few.
        var lock = locks.computeIfAbsent(key, _ -> new ReentrantLock(true));
        lock.lockInterruptibly();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }
}
