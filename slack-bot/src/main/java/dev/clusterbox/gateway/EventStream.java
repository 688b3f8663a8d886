package dev.clusterbox.gateway;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Request;

/**
 * The events of one operation, over as many connections as it takes. {@code Last-Event-ID} says where to go on, and what
 * comes twice all the same is dropped.
 */
final class EventStream {

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final GatewayHttp http;
    private final String operation;
    private final Duration lostAfter;
    private long last;

    EventStream(GatewayHttp http, String operation, Duration lostAfter) {
        this.http = http;
        this.operation = operation;
        this.lostAfter = lostAfter;
    }

    /**
     * Returns after the last event.
     *
     * @throws ProblemException if the gateway does not know the operation, or was silent for too long
     */
    void follow(Follower follower) throws InterruptedException {
        var heard = System.nanoTime();
        while (true) {
            try {
                if (readOnce(follower) || endedUnheard(follower)) {
                    return;
                }
                heard = System.nanoTime();
            } catch (IOException e) {
                follower.waiting(GatewayHttp.noAnswer(e).message());
                stillPatient(heard, String.valueOf(e.getMessage()));
            } catch (ProblemException e) {
                if (e.problem().code() != Code.UNAVAILABLE) {
                    throw e;
                }
                follower.waiting(e.problem().message());
                stillPatient(heard, e.problem().message());
            }
            Thread.sleep(PAUSE);
        }
    }

    private void stillPatient(long heard, String because) {
        if (System.nanoTime() - heard > lostAfter.toNanos()) {
            throw Problem.unavailable(
                            "waited %d s for the gateway: %s".formatted(lostAfter.toSeconds(), because),
                            "the operation itself may well go on; ask for the status")
                    .asException();
        }
    }

    private boolean readOnce(Follower follower) throws IOException {
        try (var response = http.open(request())) {
            var body = response.body();
            if (!response.isSuccessful() || body == null) {
                throw http.problem(response).asException();
            }
            var frames = new ServerSentEvents(body.source());
            for (var frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                var id = frame.get().id();
                if (id.isPresent() && id.getAsLong() <= last) {
                    continue;
                }
                var event = http.parse(frame.get().data(), Event.class);
                follower.happened(event);
                last = id.orElse(last);
                if (event.isLast()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A stream that ends without a last event is a cut connection, or an operation whose events are gone. */
    private boolean endedUnheard(Follower follower) throws IOException {
        try (var response = http.open(http.request("operations", operation).build())) {
            var body = response.body();
            if (!response.isSuccessful() || body == null) {
                throw http.problem(response).asException();
            }
            var now = http.parse(body.string(), Operation.class);
            if (!now.ended()) {
                return false;
            }
            // Its last events may have been written between the two questions.
            if (!readOnce(follower)) {
                follower.ended(now);
            }
            return true;
        }
    }

    /** Unpacked: a compressor on the way may hold back what it has until there is more. */
    private Request request() {
        var request = http.request("operations", operation, "events")
                .header("Accept", "text/event-stream")
                .header("Accept-Encoding", "identity");
        return last > 0 ? request.header("Last-Event-ID", Long.toString(last)).build() : request.build();
    }
}
