package dev.clusterbox.slack;

import dev.clusterbox.gateway.OnBehalf;
import dev.clusterbox.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One person's one command, as Slack tells it.
 *
 * @param slash the command itself, {@code /cluster}: a workspace may call it otherwise
 * @param trigger Slack's id of the interaction; the same where Slack sends it again
 * @see <a href="https://docs.slack.dev/interactivity/implementing-slash-commands">Slash commands</a>
 */
record Interaction(
        String team,
        String channel,
        String user,
        String userName,
        String slash,
        String text,
        String trigger,
        String responseUrl) {

    private static final Pattern ID = Pattern.compile("[A-Z0-9]{1,32}");
    private static final Pattern SLASH = Pattern.compile("/[\\p{L}\\p{N}_-]{1,32}");
    private static final Pattern TRIGGER = Pattern.compile("[\\p{Alnum}._-]{1,200}");

    /** Narrower than what the gateway takes: a display name must not look like another person's entry in the log. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,60}");

    static Interaction of(Map<String, String> fields) {
        return new Interaction(
                field(fields, "team_id", ID),
                field(fields, "channel_id", ID),
                field(fields, "user_id", ID),
                fields.getOrDefault("user_name", ""),
                field(fields, "command", SLASH),
                fields.getOrDefault("text", ""),
                field(fields, "trigger_id", TRIGGER),
                fields.getOrDefault("response_url", ""));
    }

    /** Who asks, and which asking this is. Whatever Slack repeats has the same key. */
    OnBehalf person() {
        var name = NAME.matcher(userName).matches() ? " " + userName : "";
        return new OnBehalf("slack:" + user + name, key());
    }

    String key() {
        try {
            var asked = String.join("\n", team, channel, user, slash, trigger, text);
            var digest = MessageDigest.getInstance("SHA-256").digest(asked.getBytes(StandardCharsets.UTF_8));
            return "slack-" + HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String field(Map<String, String> fields, String name, Pattern pattern) {
        var value = fields.get(name);
        if (value == null || !pattern.matcher(value).matches()) {
            throw Problem.invalid(
                            "%s: %s (expected: %s)"
                                    .formatted(name, value == null ? "missing" : "malformed", pattern.pattern()),
                            "send what Slack sends for a slash command")
                    .asException();
        }
        return value;
    }
}
