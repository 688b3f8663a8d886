package dev.clusterbox.standin;

import static dev.clusterbox.standin.Answer.error;
import static dev.clusterbox.standin.Answer.ok;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The methods of the Web API that the bot calls, and what they know: messages, modals, triggers, people and groups.
 *
 * @see <a href="https://docs.slack.dev/reference/methods">Methods</a>: chat.postMessage, chat.update,
 *     chat.postEphemeral, views.open, views.publish, conversations.open, users.info, usergroups.users.list, auth.test,
 *     apps.connections.open
 */
final class WebApi {

    private static final Duration TRIGGER_LASTS = Duration.ofSeconds(3);

    private final Supplier<String> socketUrl;
    private final Consumer<Shown> shows;
    private final Map<String, Shown> messages = new HashMap<>();
    private final Map<String, JsonObject> views = new HashMap<>();
    private final Map<String, Long> triggers = new HashMap<>();
    private final Set<String> closedChannels = ConcurrentHashMap.newKeySet();
    private final Map<String, List<String>> groups = new ConcurrentHashMap<>();
    private long lastTs;

    WebApi(Supplier<String> socketUrl, Consumer<Shown> shows) {
        this.socketUrl = socketUrl;
        this.shows = shows;
    }

    void close(String channel) {
        closedChannels.add(channel);
    }

    void group(String id, List<String> users) {
        groups.put(id, List.copyOf(users));
    }

    /** A person has typed or pressed something just now: for three seconds this opens one modal. */
    synchronized void issue(String trigger) {
        triggers.put(trigger, System.nanoTime());
    }

    synchronized Optional<Shown> message(String ts) {
        return Optional.ofNullable(messages.get(ts));
    }

    synchronized Optional<JsonObject> view(String id) {
        return Optional.ofNullable(views.get(id));
    }

    synchronized JsonObject call(String method, String token, Map<String, String> fields) {
        if (method.equals("apps.connections.open")) {
            return token.equals(SlackStandIn.APP_TOKEN) ? connection() : error("not_allowed_token_type");
        }
        if (!token.equals(SlackStandIn.BOT_TOKEN)) {
            return error("invalid_auth");
        }
        return switch (method) {
            case "auth.test" -> self();
            case "chat.postMessage", "chat.postEphemeral", "chat.update" -> chat(method, fields);
            case "conversations.open" -> direct(fields.getOrDefault("users", ""));
            case "views.open" -> open(fields);
            case "views.publish" -> publish(fields);
            case "users.info" -> user(fields.getOrDefault("user", ""));
            case "usergroups.users.list" -> members(fields.getOrDefault("usergroup", ""));
            default -> error("unknown_method");
        };
    }

    private JsonObject connection() {
        var answer = ok();
        answer.addProperty("url", socketUrl.get());
        return answer;
    }

    private static JsonObject self() {
        var answer = ok();
        answer.addProperty("url", "https://example.slack.com/");
        answer.addProperty("team", "Example");
        answer.addProperty("user", "clusterbox");
        answer.addProperty("team_id", "T0001");
        answer.addProperty("user_id", "U0LAN0Z89");
        answer.addProperty("bot_id", "B0LAN0Z89");
        return answer;
    }

    private JsonObject chat(String method, Map<String, String> fields) {
        var channel = fields.getOrDefault("channel", "");
        if (!channel.matches("[CDG][A-Z0-9]+")) {
            return error("channel_not_found");
        }
        if (closedChannels.contains(channel)) {
            return error("not_in_channel");
        }
        var refusal = BlockKit.refusal(fields.getOrDefault("text", ""), fields.getOrDefault("blocks", "[]"));
        if (refusal.isPresent()) {
            return error(refusal.get());
        }
        return switch (method) {
            case "chat.postMessage" -> posted("message", channel, newTs(), fields);
            case "chat.postEphemeral" ->
                fields.getOrDefault("user", "").isEmpty()
                        ? error("user_not_in_channel")
                        : posted("ephemeral", channel, newTs(), fields);
            default -> {
                var ts = fields.getOrDefault("ts", "");
                var known = messages.get(ts);
                yield known != null && known.channel().equals(channel) && !known.how().equals("ephemeral")
                        ? posted("update", channel, ts, fields)
                        : error("message_not_found");
            }
        };
    }

    private JsonObject posted(String how, String channel, String ts, Map<String, String> fields) {
        var blocks = JsonParser.parseString(fields.getOrDefault("blocks", "[]")).getAsJsonArray();
        show(new Shown(how, channel, ts, fields.getOrDefault("text", ""), blocks, System.nanoTime()));
        var answer = ok();
        answer.addProperty("channel", channel);
        answer.addProperty(how.equals("ephemeral") ? "message_ts" : "ts", ts);
        return answer;
    }

    /** What came over a {@code response_url}. */
    synchronized void responded(JsonObject body) {
        var blocks = body.has("blocks") ? body.getAsJsonArray("blocks") : new JsonArray();
        show(new Shown("response", "", newTs(), body.get("text").getAsString(), blocks, System.nanoTime()));
    }

    private void show(Shown shown) {
        messages.put(shown.ts(), shown);
        shows.accept(shown);
    }

    private static JsonObject direct(String user) {
        if (!user.matches("[UW][A-Z0-9]+")) {
            return error("user_not_found");
        }
        var channel = new JsonObject();
        channel.addProperty("id", "D" + user.substring(1));
        var answer = ok();
        answer.add("channel", channel);
        return answer;
    }

    private JsonObject open(Map<String, String> fields) {
        var trigger = fields.getOrDefault("trigger_id", "");
        var issued = triggers.get(trigger);
        if (issued == null) {
            return error("invalid_trigger_id");
        }
        if (issued == 0) {
            return error("exchanged_trigger_id");
        }
        if (System.nanoTime() - issued > TRIGGER_LASTS.toNanos()) {
            return error("expired_trigger_id");
        }
        triggers.put(trigger, 0L);
        return shown("view", "", fields);
    }

    private JsonObject publish(Map<String, String> fields) {
        var user = fields.getOrDefault("user_id", "");
        return user.matches("[UW][A-Z0-9]+") ? shown("home", user, fields) : error("user_not_found");
    }

    private JsonObject shown(String how, String user, Map<String, String> fields) {
        var json = fields.getOrDefault("view", "");
        var refusal = BlockKit.refusalOfView(json);
        if (refusal.isPresent()) {
            return error(refusal.get());
        }
        var view = JsonParser.parseString(json).getAsJsonObject();
        var id = "V" + newTs().replace(".", "");
        view.addProperty("id", id);
        view.addProperty("hash", "156663117.cd33ad1f");
        views.put(id, view);
        var title = view.has("title") ? view.getAsJsonObject("title").get("text").getAsString() : "home";
        shows.accept(new Shown(how, user, id, title, view.getAsJsonArray("blocks"), System.nanoTime()));
        var answer = ok();
        answer.add("view", view);
        return answer;
    }

    private static JsonObject user(String id) {
        if (!id.matches("[UW][A-Z0-9]+")) {
            return error("user_not_found");
        }
        var user = new JsonObject();
        user.addProperty("id", id);
        user.addProperty("team_id", "T0001");
        user.addProperty("name", "steve");
        user.addProperty("deleted", false);
        user.addProperty("is_bot", false);
        user.addProperty("is_restricted", false);
        var answer = ok();
        answer.add("user", user);
        return answer;
    }

    private JsonObject members(String group) {
        var users = groups.get(group);
        if (users == null) {
            return error("no_such_subteam");
        }
        var list = new JsonArray();
        users.forEach(list::add);
        var answer = ok();
        answer.add("users", list);
        return answer;
    }

    /** Unique, and the message's name for ever after. */
    private String newTs() {
        lastTs = Math.max(lastTs + 1, System.currentTimeMillis() * 1000);
        return "%d.%06d".formatted(lastTs / 1_000_000, lastTs % 1_000_000);
    }
}
