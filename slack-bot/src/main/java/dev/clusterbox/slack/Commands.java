package dev.clusterbox.slack;

import dev.clusterbox.command.ClusterName;
import dev.clusterbox.command.SlashCommand;
import dev.clusterbox.command.SlashCommand.Cancel;
import dev.clusterbox.command.SlashCommand.Csr;
import dev.clusterbox.command.SlashCommand.Down;
import dev.clusterbox.command.SlashCommand.Events;
import dev.clusterbox.command.SlashCommand.Help;
import dev.clusterbox.command.SlashCommand.Kubeconfig;
import dev.clusterbox.command.SlashCommand.ListClusters;
import dev.clusterbox.command.SlashCommand.Lock;
import dev.clusterbox.command.SlashCommand.OnCluster;
import dev.clusterbox.command.SlashCommand.Plan;
import dev.clusterbox.command.SlashCommand.Retry;
import dev.clusterbox.command.SlashCommand.Scale;
import dev.clusterbox.command.SlashCommand.SmokeTest;
import dev.clusterbox.command.SlashCommand.Start;
import dev.clusterbox.command.SlashCommand.Status;
import dev.clusterbox.command.SlashCommand.Stop;
import dev.clusterbox.command.SlashCommand.Unlock;
import dev.clusterbox.command.SlashCommand.Up;
import dev.clusterbox.command.SlashCommandParser;
import dev.clusterbox.gateway.GatewayClient;
import dev.clusterbox.gateway.Operation;
import dev.clusterbox.message.ClusterMessages;
import dev.clusterbox.message.HelpText;
import dev.clusterbox.message.Messages;
import dev.clusterbox.message.Mrkdwn;
import dev.clusterbox.message.Question;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.slack.SlackApi.Done;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries commands out. What can be said at once is the answer; for everything else a thread of its own goes on. */
@Singleton
final class Commands {

    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    /** Slack repeats itself within minutes, if at all. */
    private static final Duration REPEATED_WITHIN = Duration.ofMinutes(10);

    private final Permissions permissions;
    private final GatewayClient gateway;
    private final SlackDoor door;
    private final Reports reports;
    private final Replies replies;
    private final PersonalCommands people;
    private final BackgroundWork background;
    private final InstantSource clock = InstantSource.system();
    private final Seen seen;

    Commands(
            Permissions permissions,
            GatewayClient gateway,
            SlackDoor door,
            Reports reports,
            Replies replies,
            PersonalCommands people,
            BackgroundWork background) {
        this.permissions = permissions;
        this.gateway = gateway;
        this.door = door;
        this.reports = reports;
        this.replies = replies;
        this.people = people;
        this.background = background;
        this.seen = new Seen(clock);
    }

    /** Returns what the person sees at once; nothing where the answer itself follows in a moment. */
    Optional<Ack> accept(Interaction interaction) {
        SlashCommand command;
        try {
            command = permitted(interaction);
        } catch (ProblemException e) {
            return Optional.of(Ack.refusal(e.problem()));
        }
        return switch (command) {
            case Help help -> Optional.of(Ack.privately(HelpText.of(help.about(), interaction.slash())));
            case Up up ->
                begin(interaction, "up " + up.cluster(), () -> reports.report(
                        interaction, gateway.up(up, interaction.person())));
            case Plan plan -> begin(interaction, "", () -> people.plan(interaction, plan));
            case SmokeTest test ->
                begin(interaction, "smoke-test " + test.cluster(), () -> reports.report(
                        interaction, gateway.smokeTest(test.cluster(), interaction.person())));
            case Retry retry -> begin(interaction, "retry " + retry.cluster(), () -> again(interaction, retry.cluster()));
            case Down down -> begin(interaction, "", () -> ask(interaction, Question.Of.DOWN, down));
            case Stop stop -> begin(interaction, "", () -> ask(interaction, Question.Of.STOP, stop));
            case Start start ->
                begin(interaction, "start " + start.cluster(), () -> reports.report(
                        interaction, gateway.start(start.cluster(), interaction.person())));
            case Scale scale ->
                begin(interaction, "scale " + scale.cluster(), () -> reports.report(
                        interaction, gateway.scale(scale.cluster(), scale.nodes(), interaction.person())));
            case Cancel cancel -> begin(interaction, "", () -> people.cancel(interaction, cancel));
            case Lock lock -> begin(interaction, "", () -> people.lock(interaction, lock));
            case Unlock unlock -> begin(interaction, "", () -> people.unlock(interaction, unlock));
            case Kubeconfig kubeconfig -> begin(interaction, "", () -> people.kubeconfig(interaction, kubeconfig));
            case Csr csr -> begin(interaction, "", () -> people.certify(interaction, csr));
            case Status status ->
                begin(interaction, "", () -> replies.to(
                        interaction,
                        ClusterMessages.status(gateway.cluster(status.cluster()), gateway.lockOn(status.cluster()))));
            case Events events ->
                begin(interaction, "", () -> replies.to(
                        interaction,
                        Messages.happened(
                                gateway.newestOperation(events.cluster()),
                                interaction.user(),
                                interaction.slash(),
                                clock.instant())));
            case ListClusters _ ->
                begin(interaction, "", () -> replies.to(
                        interaction, ClusterMessages.list(gateway.clusters(), interaction.slash())));
        };
    }

    /**
     * Carries out what was asked back about.
     *
     * @return what is wrong with the answer, by the block at which Slack shows it
     */
    Map<String, String> confirm(Interaction interaction, String typed) {
        try {
            var command = permitted(interaction);
            var cluster = command.target()
                    .orElseThrow(() -> Problem.invalid("there is nothing to confirm", "type the command again")
                            .asException());
            var errors = Question.errors(typed, cluster);
            if (!errors.isEmpty()) {
                return errors;
            }
            begin(interaction, "", () -> reports.report(interaction, confirmed(command, interaction)))
                    .filter(Ack::refused)
                    .ifPresent(refusal -> LOG.warn("{}: {}", interaction.person().actor(), refusal.text()));
            return Map.of();
        } catch (ProblemException e) {
            return Map.of(Question.field(), e.problem().toString());
        }
    }

    private Operation confirmed(SlashCommand command, Interaction interaction) throws InterruptedException {
        return switch (command) {
            case Down down -> gateway.down(down.cluster(), interaction.person());
            case Stop stop -> gateway.stop(stop.cluster(), interaction.person());
            default ->
                throw Problem.invalid("there is nothing to confirm", "type the command again")
                        .asException();
        };
    }

    private SlashCommand permitted(Interaction interaction) {
        var command = SlashCommandParser.parse(interaction.text());
        permissions.require(interaction, command);
        return command;
    }

    /** The trigger is good for one modal, within three seconds: there is no second attempt. */
    private void ask(Interaction interaction, Question.Of of, OnCluster command) throws InterruptedException {
        var answer = door.api().open(interaction.trigger(), interaction.question().view(of, command.cluster()));
        if (!(answer instanceof Done)) {
            LOG.warn("no modal for {}: {}", interaction.person().actor(), answer);
            throw Problem.unavailable("Slack did not ask whether you mean it", "type the command again")
                    .asException();
        }
    }

    private void again(Interaction interaction, ClusterName cluster) throws InterruptedException {
        var failed = gateway.newestOperation(cluster);
        if (!failed.failed()) {
            throw Problem.invalid(
                            "there is nothing to retry: the last operation of '%s' has not failed".formatted(cluster),
                            "'status %s' says how it is".formatted(cluster))
                    .asException();
        }
        var operation = switch (failed.kind()) {
            // Scaling and replacing leave their wish with the cluster: 'up' makes it true.
            case UP, SCALE, REPLACE -> gateway.upAgain(failed, interaction.person());
            case SMOKE_TEST -> gateway.smokeTest(cluster, interaction.person());
            case DOWN ->
                throw Problem.invalid("removing it has failed", "type 'down %s' again".formatted(cluster))
                        .asException();
            case STOP ->
                throw Problem.invalid("stopping it has failed", "type 'stop %s' again".formatted(cluster))
                        .asException();
            case START -> gateway.start(cluster, interaction.person());
        };
        reports.report(interaction, operation);
    }

    /** What may throw the gateway's problems. */
    private interface Work {
        void run() throws InterruptedException;
    }

    /** @param announced what the person is told meanwhile; empty if the answer says it all */
    private Optional<Ack> begin(Interaction interaction, String announced, Work work) {
        if (!seen.isNew(interaction.key(), clock.instant().plus(REPEATED_WITHIN))) {
            return Optional.of(Ack.privately("This very command is being carried out already."));
        }
        var started = background.start(() -> carryOut(interaction, work));
        if (!started) {
            seen.forget(interaction.key());
            return Optional.of(Ack.refusal(Problem.unavailable("too many commands at once", "try again in a minute")));
        }
        return announced.isEmpty()
                ? Optional.empty()
                : Optional.of(Ack.privately("%s is on its way.".formatted(Mrkdwn.code(announced))));
    }

    private void carryOut(Interaction interaction, Work work) throws InterruptedException {
        LOG.info("{}: {} {}", interaction.person().actor(), interaction.slash(), interaction.text());
        try {
            work.run();
        } catch (ProblemException e) {
            LOG.info("{}: {}", interaction.person().actor(), e.getMessage());
            // A button that came to nothing may be pressed again.
            seen.forget(interaction.key());
            replies.to(interaction, Messages.problem(e.problem()));
        } catch (RuntimeException e) {
            var id = UUID.randomUUID().toString().substring(0, 8);
            LOG.error("internal error {}: {} {}", id, interaction.slash(), interaction.text(), e);
            replies.to(interaction, Messages.problem(Problem.bug("slack-bot", id)));
        }
    }
}
