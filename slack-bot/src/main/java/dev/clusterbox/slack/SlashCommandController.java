package dev.clusterbox.slack;

import dev.clusterbox.problem.Problem;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What Slack calls. Slack waits three seconds for the answer, so nothing here waits for anybody: what takes time goes on
 * after the answer.
 */
@Controller("/slack")
final class SlashCommandController {

    private final SlackDoor door;
    private final Commands commands;

    SlashCommandController(SlackDoor door, Commands commands) {
        this.door = door;
        this.commands = commands;
    }

    /** A slash command, signed by Slack. */
    @Post(uri = "/commands", consumes = MediaType.ALL, produces = MediaType.APPLICATION_JSON)
    @ExecuteOn(TaskExecutors.BLOCKING)
    HttpResponse<Ack> command(HttpRequest<byte[]> request) {
        var headers = request.getHeaders();
        var signed = door.signature()
                .verify(
                        headers.getAll(Signature.TIMESTAMP_HEADER),
                        headers.getAll(Signature.HEADER),
                        request.getBody().orElseGet(() -> new byte[0]));
        requireForm(headers);
        Map<String, String> fields = Form.parse(signed.body());
        if (fields.getOrDefault("ssl_check", "0").equals("1")) {
            return HttpResponse.ok();
        }
        return commands.accept(Interaction.of(fields)).map(HttpResponse::ok).orElseGet(HttpResponse::ok);
    }

    /** Another charset would be another text than the one that is read here. */
    private static void requireForm(HttpHeaders headers) {
        var type = headers.contentType().orElse(MediaType.APPLICATION_FORM_URLENCODED_TYPE);
        var charset = type.getParameters().get("charset").orElse("utf-8");
        if (!type.getName().equals(MediaType.APPLICATION_FORM_URLENCODED)
                || !charset.equalsIgnoreCase(StandardCharsets.UTF_8.name())) {
            throw Problem.invalid(
                            "the body is no form in UTF-8",
                            "send Content-Type: " + MediaType.APPLICATION_FORM_URLENCODED)
                    .asException();
        }
    }
}
