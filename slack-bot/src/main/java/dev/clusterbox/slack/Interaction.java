package dev.clusterbox.slack;

import com.slack.api.app_backend.interactive_components.payload.BlockActionPayload;
import com.slack.api.app_backend.slash_commands.payload.SlashCommandPayload;
import com.slack.api.app_backend.views.payload.ViewSubmissionPayload;
import dev.clusterbox.gateway.OnBehalf;
import dev.clusterbox.message.Origin;
import dev.clusterbox.message.Question;
import dev.clusterbox.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One person's one command, as Slack tells it: typed, behind a button, or confirmed in a modal. What a button or a modal
 * carries is a command as it would be typed.
 *
 * @param slash the command itself, {@code /cluster}: a workspace may call it otherwise
 * @param trigger Slack's leave to open one modal within three seconds; empty where there is none
 * @param key the same where Slack sends it again, and where a button is pressed twice, by whomever
 * @see <a href="https://docs.slack.dev/interactivity">Interactivity</a>
 */
record Interaction(
        String team,
        String channel,
        String user,
        String userName,
        String slash,
        String text,
        String trigger,
        String responseUrl,
        String key) {

    private static final Pattern ID = Pattern.compile("[A-Z0-9]{1,32}");
    private static final Pattern SLASH = Pattern.compile("/[\\p{L}\\p{N}_-]{1,32}");
    private static final Pattern TRIGGER = Pattern.compile("[\\p{Alnum}._-]{1,200}");
    private static final Pattern TS = Pattern.compile("[0-9]{1,12}\\.[0-9]{1,12}");
    private static final Pattern VIEW = Pattern.compile("[A-Za-z0-9]{1,64}");

    /** Narrower than what the gateway takes: a display name must not look like another person's entry in the log. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,60}");

    static Interaction of(SlashCommandPayload sent) {
        var trigger = field("trigger_id", sent.getTriggerId(), TRIGGER);
        var text = orEmpty(sent.getText());
        return new Interaction(
                field("team_id", sent.getTeamId(), ID),
                field("channel_id", sent.getChannelId(), ID),
                field("user_id", sent.getUserId(), ID),
                orEmpty(sent.getUserName()),
                field("command", sent.getCommand(), SLASH),
                text,
                trigger,
                orEmpty(sent.getResponseUrl()),
                key(
                        "command",
                        sent.getTeamId(),
                        sent.getChannelId(),
                        sent.getUserId(),
                        sent.getCommand(),
                        trigger,
                        text));
    }

    /** A button that was pressed. */
    static Interaction of(BlockActionPayload sent) {
        if (sent.getActions() == null || sent.getActions().size() != 1) {
            throw malformed("actions", "one");
        }
        var action = sent.getActions().getFirst();
        var command = orEmpty(action.getValue()).split(" ", 2);
        var team = field("team.id", sent.getTeam() == null ? null : sent.getTeam().getId(), ID);
        var channel =
                field("channel.id", sent.getChannel() == null ? null : sent.getChannel().getId(), ID);
        var ts = field(
                "container.message_ts",
                sent.getContainer() == null ? null : sent.getContainer().getMessageTs(),
                TS);
        return new Interaction(
                team,
                channel,
                field("user.id", sent.getUser() == null ? null : sent.getUser().getId(), ID),
                orEmpty(sent.getUser() == null ? null : sent.getUser().getUsername()),
                field("actions.value", command[0], SLASH),
                command.length == 2 ? command[1] : "",
                field("trigger_id", sent.getTriggerId(), TRIGGER),
                orEmpty(sent.getResponseUrl()),
                key("button", team, channel, ts, action.getActionId(), action.getValue()));
    }

    /** A modal that was sent off. */
    static Interaction of(ViewSubmissionPayload sent) {
        var view = sent.getView();
        if (view == null) {
            throw malformed("view", "one");
        }
        var question = Question.remembered(orEmpty(view.getPrivateMetadata()));
        var team = field("team.id", sent.getTeam() == null ? null : sent.getTeam().getId(), ID);
        return new Interaction(
                team,
                field("channel", question.channel(), ID),
                field("user.id", sent.getUser() == null ? null : sent.getUser().getId(), ID),
                orEmpty(sent.getUser() == null ? null : sent.getUser().getUsername()),
                field("command", question.slash(), SLASH),
                question.text(),
                "",
                question.responseUrl(),
                key("modal", team, field("view.id", view.getId(), VIEW)));
    }

    /** Who asks, and which asking this is. Whatever Slack repeats has the same key. */
    OnBehalf person() {
        var name = NAME.matcher(userName).matches() ? " " + userName : "";
        return new OnBehalf("slack:" + user + name, key);
    }

    Origin origin() {
        return new Origin(slash, text);
    }

    /** What a modal has to remember so that its answer can be carried out. */
    Question question() {
        return new Question(channel, slash, text, responseUrl);
    }

    private static String key(String... asked) {
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", asked).getBytes(StandardCharsets.UTF_8));
            return "slack-" + HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String field(String name, @Nullable String value, Pattern pattern) {
        if (value == null || !pattern.matcher(value).matches()) {
            throw malformed(name, pattern.pattern());
        }
        return value;
    }

    private static RuntimeException malformed(String name, String expected) {
        return Problem.invalid(
                        "%s: missing or malformed (expected: %s)".formatted(name, expected),
                        "send what Slack sends for commands, buttons and modals")
                .asException();
    }
}
