package dev.clusterbox.slack;

/** The thread that keeps one {@link LiveMessage} up to date. */
final class Sender {

    private final Thread thread;

    Sender(LiveMessage live) {
        this.thread = Thread.ofVirtual().unstarted(() -> {
            try {
                live.keepUp();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    void start() {
        thread.start();
    }

    void awaitEnd() throws InterruptedException {
        thread.join();
    }

    void stop() {
        thread.interrupt();
    }
}
