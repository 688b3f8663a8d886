package dev.clusterbox.standin;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;

/**
 * One thing that the bot showed.
 *
 * @param how {@code message}, {@code update}, {@code ephemeral}, {@code response} (over a response_url), {@code view}
 *     (a modal) or {@code home}
 * @param channel where; for modals and home tabs the user
 * @param ts the message's name; for modals the id of the view
 * @param text the message's text; for modals the title
 */
public record Shown(String how, String channel, String ts, String text, JsonArray blocks, long nanos) {

    /** All that a person could read. */
    public String everything() {
        return text + " " + blocks;
    }

    /** Whether it has a button with this action_id. */
    public boolean hasButton(String actionId) {
        return button(actionId).isPresent();
    }

    Optional<JsonObject> button(String actionId) {
        for (JsonElement block : blocks) {
            if (!block.getAsJsonObject().get("type").getAsString().equals("actions")) {
                continue;
            }
            for (var element : block.getAsJsonObject().getAsJsonArray("elements")) {
                if (element.getAsJsonObject().get("action_id").getAsString().equals(actionId)) {
                    return Optional.of(element.getAsJsonObject());
                }
            }
        }
        return Optional.empty();
    }
}
