package dev.clusterbox.agent.link;

import dev.clusterbox.agent.operation.Operations;
import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.Hello;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.agent.v1.Report;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

/** One stream: from Hello until it ends, which it does with a problem. */
final class Attendance {

    private static final Logger LOG = Logger.getLogger(Attendance.class.getName());

    /** Renewal is not precise to the second, and a clock may be set meanwhile. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private sealed interface Event {
        record Came(Command command) implements Event {}

        record Ended(ProblemException why) implements Event {}
    }

    /** What else is to be done while the stream lasts. */
    interface Chore {
        /** Does it, and returns when it is due again. */
        Instant run() throws InterruptedException;
    }

    private final GatewayClient gateway;
    private final Operations operations;
    private final Work work;
    private final InstantSource clock;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    Attendance(GatewayClient gateway, Operations operations, Work work, InstantSource clock) {
        this.gateway = gateway;
        this.operations = operations;
        this.work = work;
        this.clock = clock;
    }

    /** Never returns in peace: says by {@code came} that the gateway has spoken, and throws how it ended. */
    void run(Hello hello, Instant firstDue, Chore chore, Runnable came) throws InterruptedException {
        var reports = gateway.stub().attend(new Commands());
        try {
            reports.onNext(Report.newBuilder().setHello(hello).build());
            var due = firstDue;
            while (true) {
                if (!clock.instant().isBefore(due)) {
                    due = chore.run();
                }
                switch (events.poll(untilNext(due).toMillis(), TimeUnit.MILLISECONDS)) {
                    case null -> {}
                    case Event.Came(var command) -> {
                        came.run();
                        work.take(command, operations, outcome -> send(reports, outcome));
                    }
                    case Event.Ended(var why) -> throw why;
                }
            }
        } finally {
            work.stop();
        }
    }

    private Duration untilNext(Instant due) {
        var left = Duration.between(clock.instant(), due).plusMillis(1);
        return left.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : left;
    }

    /** Only the thread of the command sends after Hello, but the next command's may overlap with an ended stream. */
    private static void send(StreamObserver<Report> reports, Outcome outcome) {
        synchronized (reports) {
            try {
                reports.onNext(Report.newBuilder().setOutcome(outcome).build());
            } catch (IllegalStateException | StatusRuntimeException e) {
                LOG.fine(() -> "the stream ended before the outcome of " + outcome.getCommand());
            }
        }
    }

    /** Called by the connection's thread, which must not wait: everything is handed over. */
    private final class Commands implements StreamObserver<Command> {

        @Override
        public void onNext(Command command) {
            events.add(new Event.Came(command));
        }

        @Override
        public void onError(Throwable t) {
            events.add(new Event.Ended(GatewayClient.problem(
                    Status.fromThrowable(t).asRuntimeException(Status.trailersFromThrowable(t)))));
        }

        @Override
        public void onCompleted() {
            events.add(new Event.Ended(
                    Problem.unavailable("the gateway ended the stream", "").asException()));
        }
    }
}
