package dev.clusterbox.machine;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Accept;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images that a provider keeps. */
@Controller("/v1/providers/{provider}")
@ExecuteOn(TaskExecutors.BLOCKING)
final class StoredImageController {

    private static final Logger LOG = LoggerFactory.getLogger(StoredImageController.class);

    private final Providers providers;

    StoredImageController(Providers providers) {
        this.providers = providers;
    }

    @Serdeable
    record ImageList(List<StoredImage> images) {}

    @Get("/images")
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @ApiResponse(
            responseCode = "200",
            description =
                    "as text/plain a line each: id, MiB, since when, 'current' or nothing, machines, separated by tabs",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ImageList.class)))
    HttpResponse<?> list(HttpRequest<?> http, String provider) throws InterruptedException {
        return answer(http, shelf(provider).images());
    }

    @Delete("/images/{id}")
    @Status(HttpStatus.NO_CONTENT)
    void delete(HttpRequest<?> http, String provider, String id) throws InterruptedException {
        shelf(provider).deleteImage(id);
        LOG.info("{} deleted the image {}", Caller.of(http).name(), id);
    }

    /** Answers with those that were removed. */
    @Post("/images:prune")
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @ApiResponse(
            responseCode = "200",
            description = "the images that were removed; as text/plain as the list of images",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ImageList.class)))
    HttpResponse<?> prune(HttpRequest<?> http, String provider) throws InterruptedException {
        var removed = shelf(provider).pruneImages();
        LOG.info("{} removed {} images", Caller.of(http).name(), removed.size());
        return answer(http, removed);
    }

    private static HttpResponse<?> answer(HttpRequest<?> http, List<StoredImage> images) {
        return Accept.isText(http)
                ? HttpResponse.ok(lines(images)).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(new ImageList(images)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    /** Nothing in it can end a line or a field: ids are hexadecimal, and machines' names are labels. */
    private static String lines(List<StoredImage> images) {
        return images.stream()
                .map(image -> String.join(
                        "\t",
                        image.id(),
                        Long.toString(image.sizeMiB()),
                        image.createdAt().toString(),
                        image.current() ? "current" : "",
                        String.join(", ", image.machines()) + "\n"))
                .collect(Collectors.joining());
    }

    private ImageShelf shelf(String provider) throws InterruptedException {
        return providers
                .named(provider)
                .shelf()
                .orElseThrow(() -> Problem.invalid(
                                "the provider %s removes images by itself".formatted(provider),
                                "GET /v1/providers/%s/image shows the one that new machines are made of"
                                        .formatted(provider))
                        .asException());
    }
}
