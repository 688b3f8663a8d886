package dev.clusterbox.operation;

import dev.clusterbox.operation.EventLog.Of;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/** Events as they happen. A reader that is slow or gone costs one waiting virtual thread and no memory. */
@Singleton
final class EventStream {

    /** A reader that is woken for nothing looks whether it is still wanted. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final EventLog log;

    EventStream(EventLog log) {
        this.log = log;
    }

    /** Whether anything has ever happened to it. */
    boolean knows(Of of, String name) {
        return !log.after(of, name, 0).isEmpty();
    }

    /** Streams what comes after an event; an operation's stream ends with its last one. */
    <T> Publisher<T> after(Of of, String name, long id, Function<Event, T> form) {
        return Flux.create(sink -> {
            var reader = Thread.ofVirtual().name("events-" + name).start(() -> {
                try {
                    read(of, name, id, form, sink);
                } catch (InterruptedException e) {
                    sink.complete();
                } catch (RuntimeException e) {
                    // A reader that has gone is told nothing, and the database does not like to be interrupted.
                    if (!sink.isCancelled()) {
                        sink.error(e);
                    }
                }
            });
            sink.onDispose(reader::interrupt);
        });
    }

    private <T> void read(Of of, String name, long id, Function<Event, T> form, FluxSink<T> sink)
            throws InterruptedException {
        long last = id;
        while (!sink.isCancelled()) {
            long seen = log.appends();
            var events = log.after(of, name, last);
            for (var event : events) {
                awaitDemand(sink);
                sink.next(form.apply(event));
                last = event.id();
                if (of == Of.OPERATION && event.last()) {
                    sink.complete();
                    return;
                }
            }
            if (events.isEmpty()) {
                log.await(seen, PATIENCE);
            }
        }
    }

    private static void awaitDemand(FluxSink<?> sink) throws InterruptedException {
        while (sink.requestedFromDownstream() == 0 && !sink.isCancelled()) {
            Thread.sleep(10);
        }
    }
}
