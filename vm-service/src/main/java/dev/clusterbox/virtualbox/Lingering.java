package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.problem.ProblemException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a VBoxManage that does not end. Of a hundred calls one, seen with 7.2.22, has done its work and printed all of it, and then takes 10 s
 * to end: one of its threads misses that it should, and looks again after that time. What can be asked twice is asked again; of what cannot it is looked
 * whether it is done. The first call is left alone, and ends by itself.
 */
final class Lingering {

    private static final Logger LOG = LoggerFactory.getLogger(Lingering.class);

    /** Twice what the slowest call takes on a busy computer. */
    private static final Duration USUAL = Duration.ofSeconds(3);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** Reading, and setting something to what it is already: the second time changes nothing. */
    private static final Set<String> AGAIN =
            Set.of("list", "showvminfo", "showmediuminfo", "getextradata", "setextradata", "modifyvm", "storageattach");

    /** The same rule twice is an error. */
    private static final String FORWARDING = "--natpf1";

    private final CommandRunner host;

    Lingering(CommandRunner host) {
        this.host = host;
    }

    /** Whether that is so which a command was to bring about. */
    interface Done {
        boolean isDone() throws InterruptedException;
    }

    CommandResult run(Command command, Consumer<String> progress) throws InterruptedException {
        if (!canBeRunAgain(command)) {
            return host.run(command, progress);
        }
        var first = started(command, progress);
        var result = within(first, USUAL);
        if (result.isEmpty()) {
            LOG.debug("asking again, since it does not end: {}", command);
            return host.run(command, progress);
        }
        return result.get();
    }

    /** Nothing is returned of one that has not ended though it is done. */
    Optional<CommandResult> run(Command command, Done done) throws InterruptedException {
        var first = started(command, _ -> {});
        var result = within(first, USUAL);
        while (result.isEmpty() && !done.isDone()) {
            result = within(first, BETWEEN_LOOKS);
        }
        return result;
    }

    private static boolean canBeRunAgain(Command command) {
        return command.arguments().size() > 1
                && AGAIN.contains(command.arguments().get(1))
                && !command.arguments().contains(FORWARDING);
    }

    private FutureTask<CommandResult> started(Command command, Consumer<String> progress) {
        var task = new FutureTask<>(() -> host.run(command, progress));
        Thread.startVirtualThread(task);
        return task;
    }

    private static Optional<CommandResult> within(FutureTask<CommandResult> task, Duration time)
            throws InterruptedException {
        try {
            return Optional.of(task.get(time.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            task.cancel(true);
            throw e;
        }
    }
}
