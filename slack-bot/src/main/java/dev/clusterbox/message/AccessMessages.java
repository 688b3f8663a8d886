package dev.clusterbox.message;

import static dev.clusterbox.message.Mrkdwn.code;
import static dev.clusterbox.message.Mrkdwn.escape;

import com.slack.api.model.block.LayoutBlock;
import dev.clusterbox.command.ClusterName;
import dev.clusterbox.gateway.Credential;
import dev.clusterbox.gateway.DownloadLink;
import dev.clusterbox.gateway.Lock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What one person is told about getting in, and all about who may change what. */
public final class AccessMessages {

    private AccessMessages() {}

    /** Where a kubeconfig can be fetched. The address goes to one person; the key itself never goes through Slack. */
    public static Message link(ClusterName name, DownloadLink link, String slash, Instant now) {
        var cluster = escape(name.value());
        var head = ":link: Your kubeconfig for *%s*: <%s>".formatted(cluster, escape(link.url()));
        return new Message(
                "Your kubeconfig for " + cluster,
                List.of(
                        Layout.section(head),
                        Layout.section(
                                "It works once and within %s. The certificate in it is yours alone and good for 8 hours: `kubectl --kubeconfig %s.kubeconfig get nodes`."
                                        .formatted(duration(link.expiresAt(), now), cluster)),
                        Layout.context(
                                "Where Clusterbox runs, `./clusterbox kubeconfig %1$s --merge` does it without a link. `%2$s status %1$s` shows the cluster."
                                        .formatted(cluster, slash))));
    }

    /** A certificate that was signed; there is no secret in it. */
    public static Message certificate(ClusterName name, Credential credential) {
        var blocks = new ArrayList<LayoutBlock>();
        var who = credential.user() == null ? "you" : credential.user();
        var head = ":white_check_mark: Signed for %s, for the API of *%s* at %s"
                .formatted(code(who), escape(name.value()), code(credential.server()));
        blocks.add(Layout.section(head));
        for (var part : credential.certificate().strip().split("(?<=-----END CERTIFICATE-----)\\s+", -1)) {
            blocks.add(Layout.section(Mrkdwn.block(part)));
        }
        if (credential.expires() != null) {
            blocks.add(Layout.context("Good until " + escape(credential.expires())));
        }
        return new Message(head, blocks);
    }

    /** A lock that was taken. Everybody in the channel sees it. */
    public static Message locked(ClusterName name, Lock lock, String user, String slash) {
        var text = ":lock: <@%s> has locked *%s* until %s: %s"
                .formatted(
                        escape(user),
                        escape(name.value()),
                        time(lock.expiresAt()),
                        escape(lock.reason()));
        return new Message(
                "%s is locked: %s".formatted(escape(name.value()), escape(lock.reason())),
                List.of(
                        Layout.section(text),
                        Layout.context("Nobody else can change it until then, by whatever way. `%s unlock %s` ends it."
                                .formatted(slash, escape(name.value())))));
    }

    public static Message unlocked(ClusterName name, String user) {
        return Messages.sentence(
                ":white_check_mark: <@%s> has unlocked *%s*.".formatted(escape(user), escape(name.value())));
    }

    /** Slack shows it in each reader's own time zone. */
    private static String time(Instant at) {
        return "<!date^%d^{date_short_pretty} {time}|%s>".formatted(at.getEpochSecond(), at);
    }

    private static String duration(Instant end, Instant now) {
        var left = Duration.between(now, end);
        return left.toMinutes() >= 1 ? "%d minutes".formatted(left.toMinutes()) : "a minute";
    }
}
