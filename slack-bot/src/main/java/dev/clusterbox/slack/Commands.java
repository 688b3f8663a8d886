package dev.clusterbox.slack;

import dev.clusterbox.command.SlashCommand;
import dev.clusterbox.command.SlashCommand.Down;
import dev.clusterbox.command.SlashCommand.Help;
import dev.clusterbox.command.SlashCommand.Kubeconfig;
import dev.clusterbox.command.SlashCommand.ListClusters;
import dev.clusterbox.command.SlashCommand.SmokeTest;
import dev.clusterbox.command.SlashCommand.Status;
import dev.clusterbox.command.SlashCommand.Up;
import dev.clusterbox.command.SlashCommandParser;
import dev.clusterbox.gateway.GatewayClient;
import dev.clusterbox.message.ClusterMessages;
import dev.clusterbox.message.HelpText;
import dev.clusterbox.message.Messages;
import dev.clusterbox.message.Mrkdwn;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
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

    private final SlackSettings settings;
    private final GatewayClient gateway;
    private final Reports reports;
    private final Replies replies;
    private final BackgroundWork background;
    private final Seen seen;

    Commands(
            SlackSettings settings,
            GatewayClient gateway,
            Reports reports,
            Replies replies,
            BackgroundWork background) {
        this.settings = settings;
        this.gateway = gateway;
        this.reports = reports;
        this.replies = replies;
        this.background = background;
        this.seen = new Seen(InstantSource.system());
    }

    /** Returns what the person sees at once; nothing where the answer itself follows in a moment. */
    Optional<Ack> accept(Interaction interaction) {
        if (!settings.allows(interaction)) {
            LOG.warn(
                    "refused: user {} in channel {} of team {} is not on the list",
                    interaction.user(),
                    interaction.channel(),
                    interaction.team());
            return refusal(new Problem(
                    Code.FORBIDDEN,
                    "you may not give commands here",
                    "try it in another channel, or ask who runs Clusterbox to allow it"));
        }
        SlashCommand command;
        try {
            command = SlashCommandParser.parse(interaction.text());
        } catch (ProblemException e) {
            return refusal(e.problem());
        }
        return switch (command) {
            case Help help -> Optional.of(Ack.privately(HelpText.of(help.about(), interaction.slash())));
            case Down down when !down.confirmed() -> Optional.of(Ack.privately(confirm(interaction, down)));
            case Kubeconfig kubeconfig ->
                Optional.of(Ack.privately(Messages.kubeconfig(kubeconfig.cluster(), interaction.slash())));
            case Up up ->
                start(
                        interaction,
                        "up " + up.cluster(),
                        () -> reports.report(interaction, gateway.up(up, interaction.person())));
            case Down down ->
                start(
                        interaction,
                        "down " + down.cluster(),
                        () -> reports.report(interaction, gateway.down(down.cluster(), interaction.person())));
            case SmokeTest test ->
                start(
                        interaction,
                        "smoke-test " + test.cluster(),
                        () -> reports.report(interaction, gateway.smokeTest(test.cluster(), interaction.person())));
            case Status status ->
                start(
                        interaction,
                        "",
                        () -> replies.to(interaction, ClusterMessages.status(gateway.cluster(status.cluster()))));
            case ListClusters _ ->
                start(
                        interaction,
                        "",
                        () -> replies.to(interaction, ClusterMessages.list(gateway.clusters(), interaction.slash())));
        };
    }

    /** What may throw the gateway's problems. */
    private interface Work {
        void run() throws InterruptedException;
    }

    /** @param announced what the person is told meanwhile; empty if the answer says it all */
    private Optional<Ack> start(Interaction interaction, String announced, Work work) {
        if (!seen.isNew(interaction.key(), InstantSource.system().instant().plus(REPEATED_WITHIN))) {
            return Optional.of(Ack.privately("This very command is being carried out already."));
        }
        var started = background.start(() -> carryOut(interaction, work));
        if (!started) {
            return refusal(Problem.unavailable("too many commands at once", "try again in a minute"));
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
            replies.to(interaction, Messages.problem(e.problem()));
        } catch (RuntimeException e) {
            var id = UUID.randomUUID().toString().substring(0, 8);
            LOG.error("internal error {}: {} {}", id, interaction.slash(), interaction.text(), e);
            replies.to(interaction, Messages.problem(Problem.bug("slack-bot", id)));
        }
    }

    private static String confirm(Interaction interaction, Down down) {
        return ":warning: This removes *%1$s* and everything in it. To do so, type `%2$s down %1$s --yes`."
                .formatted(Mrkdwn.escape(down.cluster().value()), interaction.slash());
    }

    private static Optional<Ack> refusal(Problem problem) {
        return Optional.of(Ack.privately(Messages.problemText(problem)));
    }
}
