package dev.clusterbox.slack;

import dev.clusterbox.problem.Problem;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.nio.charset.StandardCharsets;

/**
 * What Slack calls where it comes by HTTP. Slack waits three seconds for the answer, so nothing here waits for anybody: what
 * takes time goes on after the answer.
 */
@Controller("/slack")
final class SlackController {

    private final SlackDoor door;
    private final Bolt bolt;

    SlackController(SlackDoor door, Bolt bolt) {
        this.door = door;
        this.bolt = bolt;
    }

    /** A slash command, signed by Slack. */
    @Post(uri = "/commands", consumes = MediaType.ALL, produces = MediaType.APPLICATION_JSON)
    @ExecuteOn(TaskExecutors.BLOCKING)
    HttpResponse<byte[]> command(HttpRequest<byte[]> request) {
        return answer(request);
    }

    /** A button that was pressed or a modal that was sent off, signed by Slack. */
    @Post(uri = "/interactivity", consumes = MediaType.ALL, produces = MediaType.APPLICATION_JSON)
    @ExecuteOn(TaskExecutors.BLOCKING)
    HttpResponse<byte[]> interactivity(HttpRequest<byte[]> request) {
        return answer(request);
    }

    private HttpResponse<byte[]> answer(HttpRequest<byte[]> request) {
        var headers = request.getHeaders();
        var signed = door.signature()
                .verify(
                        headers.getAll(Signature.TIMESTAMP_HEADER),
                        headers.getAll(Signature.HEADER),
                        request.getBody().orElseGet(() -> new byte[0]));
        requireForm(headers);
        // Bolt reads the body by itself; what could be read in two ways does not get there.
        var fields = Form.parse(signed.body());
        if (fields.getOrDefault("ssl_check", "0").equals("1")) {
            return HttpResponse.ok();
        }
        var answer = bolt.run(signed, headers.asMap());
        var response = HttpResponse.<byte[]>status(HttpStatus.valueOf(answer.getStatusCode()));
        return answer.getBody() == null || answer.getBody().isEmpty() ? response : response.body(answer.getBody().getBytes(StandardCharsets.UTF_8));
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
