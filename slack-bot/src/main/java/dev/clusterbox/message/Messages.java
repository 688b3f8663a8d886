package dev.clusterbox.message;

import static dev.clusterbox.message.Layout.context;
import static dev.clusterbox.message.Layout.section;
import static dev.clusterbox.message.Layout.sections;
import static dev.clusterbox.message.Mrkdwn.code;
import static dev.clusterbox.message.Mrkdwn.escape;

import com.slack.api.model.block.ActionsBlock;
import com.slack.api.model.block.LayoutBlock;
import dev.clusterbox.gateway.Cluster.Check;
import dev.clusterbox.gateway.Operation;
import dev.clusterbox.gateway.Operation.StepState;
import dev.clusterbox.gateway.Plan;
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

    /** One operation in one message, from its first step to its end. */
    public static Message progress(Progress progress, Origin origin, Instant now) {
        var blocks = new ArrayList<LayoutBlock>();
        blocks.add(section("%s *%s*".formatted(sign(progress), escape(progress.title()))));
        blocks.addAll(sections(Stream.concat(
                        progress.steps().stream().map(Messages::line),
                        progress.checks().stream().map(Messages::check))
                .toList()));
        switch (progress.outcome()) {
            case Running _ -> {
                progress.waiting().ifPresent(because -> blocks.add(section(":hourglass: waiting: " + escape(because))));
                if (progress.kind() != Operation.Kind.SMOKE_TEST) {
                    blocks.add(Layout.cancel(origin.slash() + " cancel " + progress.cluster()));
                }
            }
            case Succeeded _ -> blocks.add(section(next(progress, origin.slash())));
            case Failed failed -> {
                blocks.add(section(problemText(failed.problem())));
                if (!origin.command().isEmpty()) {
                    blocks.add(Layout.button("retry", "Retry", origin.command()));
                }
            }
        }
        blocks.add(context("<@%s> · %s · operation %s"
                .formatted(escape(progress.askedBy()), duration(elapsed(progress, now)), code(progress.operation()))));
        return new Message(summary(progress), blocks);
    }

    /** What would be done, and a button that does exactly that: the command of the plan with its hash. */
    public static Message plan(Plan plan, Origin origin, String user) {
        var changes = plan.changes() == null ? List.<String>of() : plan.changes();
        var head = "`up %s` would".formatted(escape(plan.cluster()));
        var blocks = new ArrayList<LayoutBlock>();
        blocks.add(section(head + (changes.isEmpty() ? " change nothing: everything is as it should be." : "")));
        blocks.addAll(sections(changes.stream().map(change -> "• " + escape(change.replace('\n', ' '))).toList()));
        var up = new Origin(origin.slash(), origin.text().strip().replaceFirst("(?i)^plan", "up")).command();
        if (!up.isEmpty()) {
            blocks.add(Layout.button("apply", "Apply", up + " --if-plan " + plan.hash()));
        }
        blocks.add(context("<@%s> · as long as nothing moves: plan %s".formatted(escape(user), code(shortened(plan.hash())))));
        return new Message(head + " do %d things".formatted(changes.size()), blocks);
    }

    private static String shortened(String hash) {
        return hash.length() <= 12 ? hash : hash.substring(0, 12);
    }

    /** What was done last, without anything to press. */
    public static Message happened(Operation operation, String askedBy, String slash, Instant now) {
        return progress(Progress.of(operation, askedBy, now), new Origin(slash, ""), now);
    }

    /** A message without its buttons, and who has pressed one. */
    public static Message pressed(String text, List<LayoutBlock> blocks, String user, String command) {
        var without = new ArrayList<LayoutBlock>(blocks);
        without.removeIf(block -> block instanceof ActionsBlock);
        without.add(context("<@%s>: %s".formatted(escape(user), code(command))));
        return new Message(text.isEmpty() ? command : text, without);
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
            case SMOKE_TEST -> "Everything that was tried works.";
            case STOP -> "Its machines are off, their disks stay. `%s start %s` switches it on again.".formatted(slash, cluster);
            case START, SCALE, REPLACE -> "See it with `%s status %s`.".formatted(slash, cluster);
            case UP ->
                (progress.isWholeUp() ? "Get to it with `%1$s kubeconfig %2$s`. " : "")
                        .concat(
                                "See it with `%1$s status %2$s`, enter a machine with `./clusterbox ssh %2$s MACHINE`, remove it with `%1$s down %2$s`.")
                        .formatted(slash, cluster);
        };
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
