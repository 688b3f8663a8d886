package dev.clusterbox.slack;

import dev.clusterbox.command.ClusterName;
import dev.clusterbox.gateway.Event;
import dev.clusterbox.gateway.Follower;
import dev.clusterbox.gateway.GatewayClient;
import dev.clusterbox.gateway.Operation;
import dev.clusterbox.message.Message;
import dev.clusterbox.message.Messages;
import dev.clusterbox.message.Mrkdwn;
import dev.clusterbox.message.Origin;
import dev.clusterbox.message.Progress;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.slack.OpenReports.Report;
import dev.clusterbox.slack.SlackApi.Done;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows operations in Slack: one message each, from the first step to the end, also over a restart of either side. */
@Singleton
final class Reports {

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    private final SlackDoor door;
    private final SlackSettings settings;
    private final GatewayClient gateway;
    private final Replies replies;
    private final OpenReports open;
    private final BackgroundWork background;
    private final InstantSource clock = InstantSource.system();
    private final Pace pace;

    Reports(
            SlackDoor door,
            SlackSettings settings,
            GatewayClient gateway,
            Replies replies,
            OpenReports open,
            BackgroundWork background) {
        this.door = door;
        this.settings = settings;
        this.gateway = gateway;
        this.replies = replies;
        this.open = open;
        this.background = background;
        this.pace = new Pace(settings.callInterval());
    }

    /** Returns when the operation has ended and Slack shows it. */
    void report(Interaction interaction, Operation operation) throws InterruptedException {
        var progress = Progress.of(operation, interaction.user(), clock.instant());
        var origin = interaction.origin();
        var first = Messages.progress(progress, origin, clock.instant());
        // Written down first: killed between Slack's taking the message and its answer, the next process says it again.
        var report = Report.unposted(interaction.channel(), operation.id(), interaction.user(), origin);
        open.save(report);
        switch (replies.insist(() -> door.api().post(interaction.channel(), first))) {
            case Done message -> {
                if (operation.ended()) {
                    open.remove(report);
                } else {
                    var posted = report.posted(message.channel(), message.ts());
                    open.save(posted);
                    show(posted, progress);
                }
            }
            case SlackApi.Refused(var why) -> tellPrivately(report, interaction, progress, why);
            case SlackApi.Busy _ -> tellPrivately(report, interaction, progress, "too many messages");
            case SlackApi.Lost(var why) -> tellPrivately(report, interaction, progress, why);
        }
    }

    /** Goes on with the messages of a process before this one. */
    @EventListener
    void resume(ServerStartupEvent started) {
        if (door.apiIfOpen().isEmpty()) {
            return;
        }
        for (var report : open.all()) {
            background.start(() -> resume(report));
        }
    }

    private void resume(Report report) throws InterruptedException {
        LOG.info("going on with message {} in {}: operation {}", report.ts(), report.channel(), report.operation());
        while (true) {
            try {
                var operation = gateway.operation(report.operation());
                var progress = Progress.of(operation, report.user(), clock.instant());
                if (report.ts().isEmpty()) {
                    postAgain(report, progress);
                } else {
                    show(report, progress);
                }
                return;
            } catch (ProblemException e) {
                if (e.problem().code() != Code.UNAVAILABLE) {
                    if (report.ts().isEmpty()) {
                        open.remove(report);
                        return;
                    }
                    deliver(report, live -> live.finish(Messages.problem(e.problem())));
                    return;
                }
                LOG.info("message {} waits: {}", report.ts(), e.getMessage());
            }
        }
    }

    /** Whether its first message came through was never learnt: two are better than none. */
    private void postAgain(Report report, Progress progress) throws InterruptedException {
        var message = Messages.progress(progress, report.origin(), clock.instant());
        if (replies.insist(() -> door.api().post(report.channel(), message)) instanceof Done done) {
            var posted = report.posted(done.channel(), done.ts());
            open.save(posted);
            show(posted, progress);
        } else {
            LOG.warn("operation {} could not be shown in {}", report.operation(), report.channel());
            open.remove(report);
        }
    }

    /** The channel is closed to the bot, so the person learns the beginning and the end by other means. */
    private void tellPrivately(Report report, Interaction interaction, Progress progress, String why)
            throws InterruptedException {
        open.remove(report);
        LOG.warn("cannot write in channel {}: {}", interaction.channel(), why);
        replies.to(
                interaction,
                Messages.sentence(
                        "%s is under way, but its progress cannot be shown in this channel (%s). Invite the bot with `/invite`, or ask with `%s status %s`."
                                .formatted(
                                        Mrkdwn.code(progress.title()),
                                        Mrkdwn.escape(why),
                                        interaction.slash(),
                                        Mrkdwn.escape(progress.cluster()))));
        var end = followed(progress, interaction.origin(), _ -> {});
        replies.to(interaction, end);
    }

    private void show(Report report, Progress begun) throws InterruptedException {
        deliver(report, live -> live.finish(followed(begun, report.origin(), live::show)));
    }

    /** What feeds a message. */
    private interface Source {
        void feed(LiveMessage live) throws InterruptedException;
    }

    /** Interrupted, it leaves the report open, for the next process. */
    private void deliver(Report report, Source source) throws InterruptedException {
        var live = new LiveMessage(door.api(), pace, settings, report.channel(), report.ts());
        var sender = new Sender(live);
        sender.start();
        try {
            source.feed(live);
            sender.awaitEnd();
        } finally {
            sender.stop();
        }
        open.remove(report);
    }

    /** Follows an operation to its end and returns the last message. */
    private Message followed(Progress begun, Origin origin, Consumer<Message> news) throws InterruptedException {
        var follower = new Folding(begun, origin, news);
        if (begun.outcome() instanceof Progress.Running) {
            try {
                gateway.follow(begun.operation(), follower);
            } catch (ProblemException e) {
                follower.progress = follower.progress.lost(e.problem(), clock.instant());
            }
        }
        return Messages.progress(withFindings(follower.progress), origin, clock.instant());
    }

    /** A smoke test's end says whether it passed; what came of each check is with the cluster. */
    private Progress withFindings(Progress end) throws InterruptedException {
        if (end.kind() != Operation.Kind.SMOKE_TEST) {
            return end;
        }
        try {
            var found = gateway.cluster(new ClusterName(end.cluster())).smokeTest();
            return found == null ? end : end.with(found);
        } catch (ProblemException e) {
            LOG.info("the smoke test of {} is told without its checks: {}", end.cluster(), e.getMessage());
            return end;
        }
    }

    /** Folds events into the progress, and tells of each change. */
    private final class Folding implements Follower {

        private final Origin origin;
        private final Consumer<Message> news;
        private Progress progress;

        Folding(Progress begun, Origin origin, Consumer<Message> news) {
            this.progress = begun;
            this.origin = origin;
            this.news = news;
        }

        @Override
        public void happened(Event event) {
            change(progress.with(event, clock.instant()));
        }

        @Override
        public void waiting(String because) {
            change(progress.waiting(because));
        }

        @Override
        public void ended(Operation operation) {
            change(progress.ended(operation, clock.instant()));
        }

        private void change(Progress changed) {
            progress = changed;
            // The end is sent by who follows: it is the one message that must arrive.
            if (changed.outcome() instanceof Progress.Running) {
                news.accept(Messages.progress(changed, origin, clock.instant()));
            }
        }
    }
}
