package dev.clusterbox.standin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A terminal in place of Slack: what is typed goes to a bot as signed requests, what the bot posts is printed. The bot is
 * the real one, in this process, with a state of its own and with the gateway that is named.
 */
public final class SlackConsole {

    private static final String HELP = """
            This is a double of Slack with the real bot behind it. Type a command, with or without /cluster: help, list, up demo.
            A number presses the button with that number. 'as NAME' speaks as somebody else, 'quit' ends.
            """;

    /** A button that can be pressed. */
    private record Button(Shown on, String actionId) {}

    private final SlackStandIn slack;
    private final URI bot;
    private final PrintStream out;
    private final Map<String, List<String>> before = new HashMap<>();
    private final List<Button> buttons = new ArrayList<>();
    private Optional<Shown> modal = Optional.empty();
    private String person = "steve";

    SlackConsole(SlackStandIn slack, URI bot, PrintStream out) {
        this.slack = slack;
        this.bot = bot;
        this.out = out;
        slack.watch(this::print);
    }

    /** Runs with {@code GATEWAY_URL TOKEN_FILE STATE_FOLDER [RULES_FILE]} until the end of the input. */
    @SuppressWarnings("SystemOut") // it is a program for a terminal
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 3 || arguments.length > 4) {
            throw new IllegalArgumentException("expected: GATEWAY_URL TOKEN_FILE STATE_FOLDER [RULES_FILE]");
        }
        var state = Path.of(arguments[2]);
        try (var slack = SlackStandIn.start(0);
                var server = ApplicationContext.run(EmbeddedServer.class, settings(slack, arguments, state));
                var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.print(HELP);
            new SlackConsole(slack, server.getURI(), System.out).run(lines);
        }
    }

    private static Map<String, Object> settings(SlackStandIn slack, String[] arguments, Path state) throws IOException {
        var settings = new HashMap<String, Object>();
        settings.put("micronaut.server.port", -1);
        settings.put("logger.levels.ROOT", "ERROR");
        settings.put("clusterbox.state", state.resolve("bot").toString());
        settings.put(
                "clusterbox.slack.signing-secret-file",
                SlackStandIn.file(state, "signing-secret", SlackStandIn.SIGNING_SECRET));
        settings.put("clusterbox.slack.bot-token-file", SlackStandIn.file(state, "bot-token", SlackStandIn.BOT_TOKEN));
        settings.put("clusterbox.slack.app-token-file", "");
        settings.put("clusterbox.slack.api-url", slack.apiUrl());
        settings.put("clusterbox.slack.hooks-url", slack.hooksUrl());
        settings.put("clusterbox.gateway.url", arguments[0]);
        settings.put("clusterbox.gateway.token-file", arguments[1]);
        settings.put("clusterbox.slack.rules-file", arguments.length > 3 ? arguments[3] : "");
        return settings;
    }

    void run(BufferedReader lines) throws IOException, InterruptedException {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var typed = line.strip();
            if (typed.equals("quit") || typed.equals("exit")) {
                return;
            }
            if (!typed.isEmpty()) {
                take(typed);
            }
        }
    }

    private void take(String typed) throws IOException, InterruptedException {
        if (typed.startsWith("as ")) {
            person = typed.substring(3).strip().replaceAll("[^A-Za-z0-9._-]", "");
            out.println("You are " + person + ", user " + me().field("user_id") + ".");
            return;
        }
        var open = modal;
        modal = Optional.empty();
        if (open.isPresent()) {
            answer(open.get(), typed);
        } else if (typed.matches("[0-9]{1,4}")) {
            press(Integer.parseInt(typed));
        } else {
            var text = typed.replaceFirst("^/cluster\\s*", "");
            var sent = slack.command(text)
                    .with("user_id", me().field("user_id"))
                    .with("user_name", person);
            said(sent.send(bot.resolve("/slack/commands")).body());
        }
    }

    private SignedCommand me() {
        var id = person.equals("steve")
                ? "U2147483697"
                : "U0" + person.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
        return SignedCommand.of("").with("user_id", id).with("user_name", person);
    }

    private void press(int number) throws IOException, InterruptedException {
        Button button;
        synchronized (this) {
            if (number < 1 || number > buttons.size()) {
                out.println("There is no button " + number + ".");
                return;
            }
            button = buttons.get(number - 1);
        }
        said(slack.press(button.on(), button.actionId(), me())
                .send(bot.resolve("/slack/interactivity"))
                .body());
    }

    private void answer(Shown open, String typed) throws IOException, InterruptedException {
        var fields = new HashMap<String, Map<String, String>>();
        for (var element : open.blocks()) {
            var block = element.getAsJsonObject();
            if (block.get("type").getAsString().equals("input")) {
                var action = block.getAsJsonObject("element").get("action_id").getAsString();
                fields.put(block.get("block_id").getAsString(), Map.of(action, typed));
            }
        }
        said(slack.submit(open, fields, me())
                .send(bot.resolve("/slack/interactivity"))
                .body());
    }

    /** What came with the acknowledgement: a text for the person, or what is wrong with a modal. */
    private void said(String body) {
        if (body.isEmpty()) {
            return;
        }
        JsonObject answer = JsonParser.parseString(body).getAsJsonObject();
        if (answer.has("errors")) {
            answer.getAsJsonObject("errors").entrySet().forEach(error -> out.println("✘ " + error.getValue().getAsString()));
        } else if (answer.has("text")) {
            print(new Shown(
                    "ephemeral", "", "", answer.get("text").getAsString(), new JsonArray(), 0));
        } else if (answer.has("detail")) {
            out.println("✘ " + answer.get("detail").getAsString());
        }
    }

    /** A message as it is; of an update only the lines that are new. */
    private synchronized void print(Shown shown) {
        var lines = Rendering.lines(shown);
        var known = new HashSet<>(before.getOrDefault(shown.ts(), List.of()));
        before.put(shown.ts(), lines);
        var to = switch (shown.how()) {
            case "message", "update" -> "  #test | ";
            case "view" -> "  modal | ";
            default -> "  only you | ";
        };
        for (var line : lines) {
            if (!shown.how().equals("update") || !known.contains(line)) {
                out.println(to + line);
            }
        }
        for (var button : Rendering.buttons(shown.blocks())) {
            var same = buttons.stream()
                    .anyMatch(one -> one.on().ts().equals(shown.ts()) && one.actionId().equals(button.getValue()));
            if (!same) {
                buttons.add(new Button(shown, button.getValue()));
                out.println(to + "[" + buttons.size() + "] " + button.getKey());
            }
        }
        if (shown.how().equals("view")) {
            modal = Optional.of(shown);
        }
        out.flush();
    }
}
