package dev.clusterbox.slack;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes on after Slack has its answer: a virtual thread each, and not without end. */
@Singleton
final class BackgroundWork {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundWork.class);

    /** Each may hold a connection to the gateway for as long as an operation takes. */
    private static final int MOST = 500;

    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /** Work that ends when it is interrupted. */
    interface Work {
        void run() throws InterruptedException;
    }

    /** Returns false if there is too much of it already. */
    boolean start(Work work) {
        if (threads.size() >= MOST) {
            LOG.warn("{} commands at once: refused one more", MOST);
            return false;
        }
        var thread = Thread.ofVirtual().unstarted(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                LOG.debug("stopped", e);
            } catch (RuntimeException e) {
                LOG.error("work in the background has a bug", e);
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
        return true;
    }

    /** Gives what is interrupted a moment, so that it leaves no file half-way. */
    @PreDestroy
    void stop() throws InterruptedException {
        threads.forEach(Thread::interrupt);
        for (var thread : threads) {
            thread.join(GRACE);
        }
    }
}
