package dev.clusterbox.standin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Slack's limits of messages and modals, as Slack enforces them.
 *
 * @see <a href="https://docs.slack.dev/reference/block-kit/blocks">Blocks</a>
 * @see <a href="https://docs.slack.dev/reference/block-kit/block-elements/button-element">Buttons</a>
 * @see <a href="https://docs.slack.dev/reference/views/modal-views">Modals</a>
 */
public final class BlockKit {

    private static final Set<String> KNOWN = Set.of("section", "context", "divider", "header", "actions", "input");

    private BlockKit() {}

    /** Returns Slack's error for such a message, or nothing if Slack would take it. */
    public static Optional<String> refusal(String text, String blocks) {
        if (text.length() > 40_000) {
            return Optional.of("msg_too_long");
        }
        try {
            var all = JsonParser.parseString(blocks).getAsJsonArray();
            if (text.isEmpty() && all.isEmpty()) {
                return Optional.of("no_text");
            }
            return valid(all, 50) ? Optional.empty() : Optional.of("invalid_blocks");
        } catch (JsonParseException | IllegalStateException | NullPointerException e) {
            return Optional.of("invalid_blocks_format");
        }
    }

    /** The same for a modal or a home tab. */
    public static Optional<String> refusalOfView(String view) {
        try {
            var json = JsonParser.parseString(view).getAsJsonObject();
            var modal = json.get("type").getAsString().equals("modal");
            var fine = (modal || json.get("type").getAsString().equals("home"))
                    && valid(json.getAsJsonArray("blocks"), 100)
                    && shorter(json, "private_metadata", 3_000)
                    && shorter(json, "callback_id", 255);
            if (modal) {
                fine &= plain(json, "title", 24) && plain(json, "close", 24);
                fine &= plain(json, "submit", 24) && json.has("title");
            }
            return fine ? Optional.empty() : Optional.of("invalid_arguments");
        } catch (JsonParseException | IllegalStateException | NullPointerException e) {
            return Optional.of("invalid_arguments");
        }
    }

    private static boolean valid(JsonArray blocks, int most) {
        var ids = new HashSet<String>();
        var fine = blocks.size() <= most;
        for (var element : blocks) {
            var block = element.getAsJsonObject();
            fine &= valid(block) && shorter(block, "block_id", 255);
            fine &= !block.has("block_id") || ids.add(block.get("block_id").getAsString());
        }
        return fine;
    }

    private static boolean valid(JsonObject block) {
        var type = block.get("type").getAsString();
        if (!KNOWN.contains(type)) {
            return false;
        }
        return switch (type) {
            case "section" -> block.has("text") && text(block.getAsJsonObject("text"), 3_000);
            case "header" -> block.has("text") && plain(block, "text", 150);
            case "input" -> plain(block, "label", 2_000) && plain(block, "hint", 2_000) && block.has("element");
            case "context" -> {
                var elements = block.getAsJsonArray("elements");
                var fine = !elements.isEmpty() && elements.size() <= 10;
                for (var element : elements) {
                    fine &= text(element.getAsJsonObject(), 3_000);
                }
                yield fine;
            }
            case "actions" -> actions(block.getAsJsonArray("elements"));
            default -> true;
        };
    }

    private static boolean actions(JsonArray elements) {
        var ids = new HashSet<String>();
        var fine = !elements.isEmpty() && elements.size() <= 25;
        for (var each : elements) {
            var button = each.getAsJsonObject();
            fine &= plain(button, "text", 75) && shorter(button, "value", 2_000) && shorter(button, "action_id", 255);
            fine &= !button.has("action_id") || ids.add(button.get("action_id").getAsString());
            if (button.has("confirm")) {
                var confirm = button.getAsJsonObject("confirm");
                fine &= plain(confirm, "title", 100) && plain(confirm, "confirm", 30) && plain(confirm, "deny", 30);
                fine &= text(confirm.getAsJsonObject("text"), 300);
            }
        }
        return fine;
    }

    private static boolean shorter(JsonObject object, String name, int limit) {
        return !object.has(name) || object.get(name).getAsString().length() <= limit;
    }

    /** Slack wants plain text in these places, where there is something at all. */
    private static boolean plain(JsonObject object, String name, int limit) {
        return !object.has(name)
                || (object.getAsJsonObject(name).get("type").getAsString().equals("plain_text")
                        && text(object.getAsJsonObject(name), limit));
    }

    private static boolean text(JsonObject text, int limit) {
        var type = text.get("type").getAsString();
        var length = text.get("text").getAsString().length();
        return (type.equals("mrkdwn") || type.equals("plain_text")) && length > 0 && length <= limit;
    }
}
