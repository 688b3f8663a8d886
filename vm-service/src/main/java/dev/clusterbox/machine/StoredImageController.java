package dev.clusterbox.machine;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
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
    ImageList list(String provider) throws InterruptedException {
        return new ImageList(shelf(provider).images());
    }

    @Delete("/images/{id}")
    @Status(HttpStatus.NO_CONTENT)
    void delete(HttpRequest<?> http, String provider, String id) throws InterruptedException {
        shelf(provider).deleteImage(id);
        LOG.info("{} deleted the image {}", Caller.of(http).name(), id);
    }

    /** Answers with those that were removed. */
    @Post("/images:prune")
    ImageList prune(HttpRequest<?> http, String provider) throws InterruptedException {
        var removed = shelf(provider).pruneImages();
        LOG.info("{} removed {} images", Caller.of(http).name(), removed.size());
        return new ImageList(removed);
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
