package dev.clusterbox.artifact;

import dev.clusterbox.rest.Accept;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;

/** The artifacts of a release over REST; with {@code Accept: text/plain} as a terminal shows them. */
@Controller("/v1/releases/{line}/artifacts")
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
final class ArtifactController {

    private final Preparations preparations;

    ArtifactController(Preparations preparations) {
        this.preparations = preparations;
    }

    /** Starts to fetch what is missing, and answers at once. While that is under way, it starts nothing. */
    @Put
    @ApiResponse(
            responseCode = "200",
            description = "how far it is",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PreparationView.class)))
    HttpResponse<?> start(HttpRequest<?> request, String line) {
        return answer(request, preparations.start(line));
    }

    /** Starts nothing. */
    @Get
    @ApiResponse(
            responseCode = "200",
            description = "how far it is",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PreparationView.class)))
    HttpResponse<?> get(HttpRequest<?> request, String line) {
        return answer(request, preparations.get(line));
    }

    private static HttpResponse<?> answer(HttpRequest<?> request, PreparationView view) {
        return Accept.isText(request)
                ? HttpResponse.ok(view.text()).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(view).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
