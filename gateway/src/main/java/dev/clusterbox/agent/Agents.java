package dev.clusterbox.agent;

import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agents that attend, and the way to have one do something. */
@Singleton
public final class Agents {

    private static final Logger LOG = LoggerFactory.getLogger(Agents.class);

    /** How long an agent may be away in the middle of a command: its machine may be booting. */
    private static final Duration ABSENCE = Duration.ofMinutes(3);

    /** No command takes longer: each waiting operation has a limit of its own below this. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private static final int LONGEST_TEXT = 2_000;

    /** A stream to one agent. */
    static final class Link {

        private final Consumer<Command> send;
        private final Runnable close;

        Link(Consumer<Command> send, Runnable close) {
            this.send = send;
            this.close = close;
        }
    }

    private static final class Running {

        private final String id = UUID.randomUUID().toString();
        private final List<Outcome> outcomes = new ArrayList<>();
        private final Link link;

        Running(Link link) {
            this.link = link;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Link> links = new HashMap<>();
    private final Map<String, Running> running = new HashMap<>();

    /** A newer stream of a machine ends its older one. */
    void connected(String machine, Link link) {
        Optional<Link> older;
        lock.lock();
        try {
            older = Optional.ofNullable(links.put(machine, link));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        older.ifPresent(before -> before.close.run());
    }

    void disconnected(String machine, Link link) {
        lock.lock();
        try {
            links.remove(machine, link);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** An outcome counts only on the stream that the command went down. */
    void report(Link link, Outcome outcome) {
        lock.lock();
        try {
            var command = running.get(outcome.getCommand());
            if (command != null && command.link == link && outcome.getOperation() == command.outcomes.size()) {
                command.outcomes.add(outcome);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    public boolean isConnected(String machine) {
        lock.lock();
        try {
            return links.containsKey(machine);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the agent attends, waiting for it as long as this. */
    public boolean await(String machine, Duration limit) throws InterruptedException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (!links.containsKey(machine)) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has an agent carry out operations, in order. An agent that goes away is waited for and told again: every operation can
     * be carried out twice.
     *
     * @param who the machine's name, for messages
     * @throws dev.clusterbox.problem.ProblemException what the agent could not do, or that it did not answer
     */
    public List<Outcome> run(String machine, String who, List<Operation> operations) throws InterruptedException {
        if (operations.isEmpty()) {
            return List.of();
        }
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (true) {
            if (!await(machine, ABSENCE)) {
                throw new Problem(
                                Code.TIMED_OUT,
                                "waited %d s for the agent on %s".formatted(ABSENCE.toSeconds(), who),
                                "'./clusterbox ssh' into it and look at 'journalctl -u clusterbox-agent'")
                        .asException();
            }
            var outcomes = attempt(machine, who, operations, deadline);
            if (outcomes.isPresent()) {
                return outcomes.get();
            }
            LOG.info("the agent on {} went away; telling it again", who);
        }
    }

    /** Returns nothing if the agent went away. */
    private Optional<List<Outcome>> attempt(String machine, String who, List<Operation> operations, long deadline)
            throws InterruptedException {
        Running command;
        lock.lock();
        try {
            var link = links.get(machine);
            if (link == null) {
                return Optional.empty();
            }
            command = new Running(link);
            running.put(command.id, command);
        } finally {
            lock.unlock();
        }
        try {
            command.link.send.accept(Command.newBuilder()
                    .setId(command.id)
                    .addAllOperations(operations)
                    .build());
            return finish(machine, who, command, operations.size(), deadline);
        } finally {
            lock.lock();
            try {
                running.remove(command.id);
            } finally {
                lock.unlock();
            }
        }
    }

    private Optional<List<Outcome>> finish(String machine, String who, Running command, int count, long deadline)
            throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                for (var outcome : command.outcomes) {
                    if (outcome.hasFailed()) {
                        throw failure(who, outcome).asException();
                    }
                }
                if (command.outcomes.size() == count) {
                    return Optional.of(List.copyOf(command.outcomes));
                }
                if (links.get(machine) != command.link) {
                    return Optional.empty();
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new Problem(
                                    Code.TIMED_OUT,
                                    "waited %d s for %s to finish".formatted(LONGEST.toSeconds(), who),
                                    "'./clusterbox ssh' into it and look at 'journalctl -u clusterbox-agent'")
                            .asException();
                }
                changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private static Problem failure(String who, Outcome outcome) {
        var failed = outcome.getFailed();
        Code code;
        try {
            code = Code.valueOf(failed.getCode());
        } catch (IllegalArgumentException e) {
            code = Code.FAILED;
        }
        return new Problem(code, "%s: %s".formatted(who, shown(failed.getMessage())), shown(failed.getHint()));
    }

    /** What a machine says goes to logs and terminals: no line of its own making, no escape sequence, no endless text. */
    static String shown(String text) {
        var plain = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return plain.length() > LONGEST_TEXT ? plain.substring(0, LONGEST_TEXT) + "…" : plain;
    }
}
