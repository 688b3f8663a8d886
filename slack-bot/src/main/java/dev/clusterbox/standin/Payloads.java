package dev.clusterbox.standin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;

/**
 * What Slack sends when somebody presses a button or fills in a modal.
 *
 * @see <a href="https://docs.slack.dev/reference/interaction-payloads/block_actions-payload">block_actions</a>
 * @see <a href="https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload">view_submission</a>
 */
final class Payloads {

    private Payloads() {}

    static JsonObject press(Shown shown, JsonObject button, Map<String, String> person, String responseUrl) {
        var payload = common("block_actions", person);
        var channel = new JsonObject();
        channel.addProperty("id", shown.channel().isEmpty() ? person.get("channel_id") : shown.channel());
        channel.addProperty("name", "test");
        payload.add("channel", channel);
        var container = new JsonObject();
        container.addProperty("type", "message");
        container.addProperty("message_ts", shown.ts());
        container.addProperty("channel_id", shown.channel());
        container.addProperty("is_ephemeral", shown.how().equals("ephemeral"));
        payload.add("container", container);
        var message = new JsonObject();
        message.addProperty("type", "message");
        message.addProperty("ts", shown.ts());
        message.addProperty("text", shown.text());
        message.add("blocks", shown.blocks());
        payload.add("message", message);
        payload.addProperty("response_url", responseUrl);
        var action = new JsonObject();
        action.addProperty("type", "button");
        action.add("action_id", button.get("action_id"));
        action.addProperty("block_id", "=qXel");
        action.add("text", button.get("text"));
        action.add("value", button.get("value"));
        action.addProperty("action_ts", "%d.000000".formatted(System.currentTimeMillis() / 1000));
        var actions = new JsonArray();
        actions.add(action);
        payload.add("actions", actions);
        return payload;
    }

    static JsonObject submit(JsonObject view, Map<String, Map<String, String>> typed, Map<String, String> person) {
        var payload = common("view_submission", person);
        var filled = view.deepCopy();
        var values = new JsonObject();
        typed.forEach((block, inputs) -> {
            var elements = new JsonObject();
            inputs.forEach((action, value) -> {
                var input = new JsonObject();
                input.addProperty("type", "plain_text_input");
                input.addProperty("value", value);
                elements.add(action, input);
            });
            values.add(block, elements);
        });
        var state = new JsonObject();
        state.add("values", values);
        filled.add("state", state);
        payload.add("view", filled);
        return payload;
    }

    private static JsonObject common(String type, Map<String, String> person) {
        var payload = new JsonObject();
        payload.addProperty("type", type);
        payload.addProperty("api_app_id", "A111");
        payload.addProperty("trigger_id", person.get("trigger_id"));
        var team = new JsonObject();
        team.addProperty("id", person.get("team_id"));
        team.addProperty("domain", "example");
        payload.add("team", team);
        var user = new JsonObject();
        user.addProperty("id", person.get("user_id"));
        user.addProperty("username", person.get("user_name"));
        user.addProperty("name", person.get("user_name"));
        user.addProperty("team_id", person.get("team_id"));
        payload.add("user", user);
        return payload;
    }
}
