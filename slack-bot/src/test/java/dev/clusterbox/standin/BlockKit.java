package dev.clusterbox.standin;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Optional;
import java.util.Set;

/** Slack's limits of messages (docs.slack.dev/reference/block-kit and chat.postMessage), as Slack enforces them. */
public final class BlockKit {

    private static final Set<String> KNOWN = Set.of("section", "context", "divider", "header", "actions");

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
            if (all.size() > 50) {
                return Optional.of("invalid_blocks");
            }
            for (var block : all) {
                if (!valid(block.getAsJsonObject())) {
                    return Optional.of("invalid_blocks");
                }
            }
            return Optional.empty();
        } catch (JsonParseException | IllegalStateException e) {
            return Optional.of("invalid_blocks_format");
        }
    }

    private static boolean valid(JsonObject block) {
        var type = block.get("type").getAsString();
        if (!KNOWN.contains(type)) {
            return false;
        }
        return switch (type) {
            case "section" -> block.has("text") && text(block.getAsJsonObject("text"), 3_000);
            case "header" -> block.has("text") && text(block.getAsJsonObject("text"), 150);
            case "context" -> {
                var elements = block.getAsJsonArray("elements");
                var fine = !elements.isEmpty() && elements.size() <= 10;
                for (var element : elements) {
                    fine &= text(element.getAsJsonObject(), 3_000);
                }
                yield fine;
            }
            case "actions" -> block.getAsJsonArray("elements").size() <= 25;
            default -> true;
        };
    }

    private static boolean text(JsonObject object, int longest) {
        var text = object.get("text").getAsString();
        return !text.isEmpty() && text.length() <= longest;
    }
}
