package dev.clusterbox.message;

import static dev.clusterbox.message.Layout.context;
import static dev.clusterbox.message.Layout.section;
import static dev.clusterbox.message.Layout.sections;
import static dev.clusterbox.message.Mrkdwn.code;
import static dev.clusterbox.message.Mrkdwn.escape;

import com.slack.api.model.block.LayoutBlock;
import dev.clusterbox.command.ClusterName;
import dev.clusterbox.gateway.Cluster.Check;
import dev.clusterbox.gateway.Operation.StepState;
import dev.clusterbox.message.Progress.Failed;
import dev.clusterbox.message.Progress.Line;
import dev.clusterbox.message.Progress.Running;
import dev.clusterbox.message.Progress.Succeeded;
import dev.clusterbox.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the bot says while something happens, and when it went wrong. */
public final class Messages {

    private Messages() {}

    /**
     * One operation in one message, from its first step to its end.
     *
     * @param slash how the bot is called in this workspace, {@code /cluster}
     */
    public static Message progress(Progress progress, String slash, Instant now) {
        var blocks = new ArrayList<LayoutBlock>();
        blocks.add(section("%s *%s*".formatted(sign(progress), escape(progress.title()))));
        blocks.addAll(sections(Stream.concat(
                        progress.steps().stream().map(Messages::line),
                        progress.checks().stream().map(Messages::check))
                .toList()));
        switch (progress.outcome()) {
            case Running _ ->
                progress.waiting().ifPresent(because -> blocks.add(section(":hourglass: waiting: " + escape(because))));
            case Succeeded _ -> blocks.add(section(next(progress, slash)));
            case Failed failed -> blocks.add(section(problemText(failed.problem())));
        }
        blocks.add(context("<@%s> · %s · operation %s"
                .formatted(escape(progress.askedBy()), duration(elapsed(progress, now)), code(progress.operation()))));
        return new Message(summary(progress), blocks);
    }

    public static Message problem(Problem problem) {
        return new Message(problemText(problem), List.of(section(problemText(problem))));
    }

    /** A sentence on its own; it is ours, with foreign words in it already escaped. */
    public static Message sentence(String mrkdwn) {
        return new Message(mrkdwn, List.of(section(mrkdwn)));
    }

    /** The message, and the hint in italics. */
    public static String problemText(Problem problem) {
        var hint = problem.hint().isEmpty() ? "" : "\n_" + escape(problem.hint().replace('\n', ' ')) + "_";
        return Mrkdwn.fit(":x: " + escape(problem.message()), Mrkdwn.SECTION - 1_000) + Mrkdwn.fit(hint, 1_000);
    }

    private static String next(Progress progress, String slash) {
        var cluster = escape(progress.cluster());
        return switch (progress.kind()) {
            case DOWN -> "Nothing of it is left.";
            case STOP ->
                "Its machines are off and keep what is on them: `./clusterbox start %s` where Clusterbox runs."
                        .formatted(cluster);
            case SCALE, REPLACE, START -> "See it with `%s status %s`.".formatted(slash, cluster);
            case SMOKE_TEST -> "Everything that was tried works.";
            case UP ->
                (progress.isWholeUp() ? "Get to it with `%1$s kubeconfig %2$s`. " : "")
                        .concat(
                                "See it with `%1$s status %2$s`, enter a machine with `./clusterbox ssh %2$s MACHINE`, remove it with `%1$s down %2$s --yes`.")
                        .formatted(slash, cluster);
        };
    }

    /** How kubectl gets to a cluster. A key does not go through Slack, so there is no kubeconfig here. */
    public static String kubeconfig(ClusterName name, String slash) {
        var cluster = escape(name.value());
        return "`./clusterbox kubeconfig %1$s --merge`, typed where Clusterbox runs, makes your key there and lets kubectl in: `kubectl --context clusterbox-%1$s get nodes`. Your certificate is valid for 8 hours and is renewed by itself. Keys are not sent through Slack; `%2$s status %1$s` shows the cluster."
                .formatted(cluster, slash);
    }

    private static String summary(Progress progress) {
        var title = escape(progress.title());
        return switch (progress.outcome()) {
            case Succeeded done -> "%s: done after %s".formatted(title, duration(done.after()));
            case Failed failed ->
                "%s: failed: %s".formatted(title, escape(failed.problem().toString()));
            case Running _ ->
                progress.steps().stream()
                        .filter(step -> step.state() == StepState.RUNNING)
                        .findFirst()
                        .map(step -> "%s: %s".formatted(title, escape(step.title())))
                        .orElse(title + ": begun");
        };
    }

    private static String sign(Progress progress) {
        return switch (progress.outcome()) {
            case Running _ -> ":hourglass_flowing_sand:";
            case Succeeded _ -> ":white_check_mark:";
            case Failed _ -> ":x:";
        };
    }

    private static String line(Line step) {
        var sign = switch (step.state()) {
            case PENDING -> ":white_circle:";
            case RUNNING -> ":arrow_forward:";
            case DONE -> ":white_check_mark:";
            case FAILED -> ":x:";
        };
        var detail = step.detail().isEmpty() ? "" : " — " + escape(step.detail().replace('\n', ' '));
        var seconds = step.seconds() > 0 ? " · " + duration(Duration.ofMillis(Math.round(step.seconds() * 1000))) : "";
        return Mrkdwn.fit("%s %s%s".formatted(sign, escape(step.title()), detail), 500) + seconds;
    }

    private static String check(Check check) {
        var message = check.message() == null ? "" : check.message().replace('\n', ' ');
        var seconds = check.seconds() == null ? 0 : check.seconds();
        var text = "%s %s%s"
                .formatted(
                        check.passed() ? ":white_check_mark:" : ":x:",
                        escape(check.name().replace('\n', ' ')),
                        message.isEmpty() ? "" : " — " + escape(message));
        return Mrkdwn.fit(text, 500) + " · " + duration(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    private static Duration elapsed(Progress progress, Instant now) {
        return switch (progress.outcome()) {
            case Succeeded done -> done.after();
            case Failed failed -> failed.after();
            case Running _ ->
                now.isBefore(progress.startedAt()) ? Duration.ZERO : Duration.between(progress.startedAt(), now);
        };
    }

    static String duration(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        return "%d min %d s".formatted(duration.toMinutes(), duration.toSecondsPart());
    }
}
