package dev.clusterbox.slack;

import com.google.gson.JsonParseException;
import com.slack.api.app_backend.slash_commands.response.SlashCommandResponse;
import com.slack.api.app_backend.views.payload.ViewSubmissionPayload;
import com.slack.api.bolt.App;
import com.slack.api.bolt.AppConfig;
import com.slack.api.bolt.context.builtin.SlashCommandContext;
import com.slack.api.bolt.request.Request;
import com.slack.api.bolt.request.RequestHeaders;
import com.slack.api.bolt.request.builtin.BlockActionRequest;
import com.slack.api.bolt.request.builtin.SlashCommandRequest;
import com.slack.api.bolt.request.builtin.ViewSubmissionRequest;
import com.slack.api.bolt.response.Response;
import com.slack.api.bolt.util.SlackRequestParser;
import com.slack.api.bolt.util.SlackRequestParser.HttpRequest;
import dev.clusterbox.message.Question;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.slack.Signature.Signed;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The Bolt app: what Slack sends, by whichever way, to what is done about it. No handler waits for anybody, so all of them
 * answer within Slack's three seconds.
 */
@Singleton
final class Bolt {

    private static final Pattern ANY = Pattern.compile(".+", Pattern.DOTALL);

    private final SlackDoor door;
    private final Commands commands;
    private final Buttons buttons;
    private final Lazy<App> app;
    private final Lazy<SlackRequestParser> parser;

    Bolt(SlackDoor door, Commands commands, Buttons buttons) {
        this.door = door;
        this.commands = commands;
        this.buttons = buttons;
        this.app = new Lazy<>(this::make);
        this.parser = new Lazy<>(() -> new SlackRequestParser(app.get().config()));
    }

    App app() {
        return app.get();
    }

    /**
     * Has the app answer a request that came by HTTP.
     *
     * @throws dev.clusterbox.problem.ProblemException if it is none of Slack's kinds of request, or is malformed
     */
    Response run(Signed signed, Map<String, List<String>> headers) {
        var raw = HttpRequest.builder()
                .requestUri("")
                .queryString(Map.of())
                .requestBody(new String(signed.body(), StandardCharsets.UTF_8))
                .headers(new RequestHeaders(headers))
                .remoteAddress("")
                .build();
        var request = parsed(raw);
        try {
            return app.get().run(request);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Request<?> parsed(HttpRequest raw) {
        Request<?> request;
        try {
            request = parser.get().parse(raw);
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | ClassCastException
                | UnsupportedOperationException e) {
            // Bolt and Gson say by these that a payload is not what it claims to be.
            throw unknown();
        }
        if (request == null) {
            throw unknown();
        }
        requireWhole(request);
        return request;
    }

    /** Bolt looks for a handler in parts of a payload that it has not looked whether they are there. */
    private static void requireWhole(Request<?> request) {
        switch (request) {
            case SlashCommandRequest command -> Interaction.of(command.getPayload());
            case BlockActionRequest press -> Interaction.of(press.getPayload());
            case ViewSubmissionRequest submission -> Interaction.of(submission.getPayload());
            default -> throw unknown();
        }
    }

    private static RuntimeException unknown() {
        return Problem.invalid(
                        "the body is no slash command, button or modal",
                        "send what Slack sends; see docs.slack.dev/interactivity")
                .asException();
    }

    /**
     * Signatures are checked before a request gets here, more strictly than Bolt's own check does it, and tokens of
     * workspaces are no matter of this app: it belongs to one.
     */
    private App make() {
        var made = new App(AppConfig.builder()
                .slack(door.api().slack())
                .signingSecret(null)
                .singleTeamBotToken(null)
                .clientId(null)
                .clientSecret(null)
                .requestVerificationEnabled(false)
                .sslCheckEnabled(false)
                .ignoringSelfEventsEnabled(false)
                .build());
        made.command(ANY, (request, context) -> said(context, commands.accept(Interaction.of(request.getPayload()))));
        made.blockAction(ANY, (request, context) -> {
            buttons.press(request.getPayload());
            return context.ack();
        });
        made.viewSubmission(Question.CALLBACK, (request, context) -> {
            var interaction = Interaction.of(request.getPayload());
            var errors = commands.confirm(interaction, typed(request.getPayload()));
            return errors.isEmpty() ? context.ack() : context.ackWithErrors(errors);
        });
        return made;
    }

    private static Response said(SlashCommandContext context, Optional<Ack> ack) {
        return ack.map(said -> context.ack(SlashCommandResponse.builder()
                        .responseType("ephemeral")
                        .text(said.text())
                        .build()))
                .orElseGet(context::ack);
    }

    private static String typed(ViewSubmissionPayload payload) {
        var state = payload.getView().getState();
        if (state == null || state.getValues() == null) {
            return "";
        }
        var block = state.getValues().get(Question.field());
        var input = block == null ? null : block.get(Question.field());
        var value = input == null ? null : input.getValue();
        return value == null ? "" : value;
    }
}
