package dev.clusterbox.machine;

import dev.clusterbox.image.Image;
import dev.clusterbox.image.Image.State;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

/** The image that a provider's machines share. */
@Controller("/v1/providers/{provider}/image")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ImageController {

    private final Providers providers;

    ImageController(Providers providers) {
        this.providers = providers;
    }

    @Get
    Image get(String provider) throws InterruptedException {
        return providers.named(provider).image();
    }

    /** Answers 202 while it is being built. */
    @Put
    HttpResponse<Image> prepare(String provider) throws InterruptedException {
        var image = providers.named(provider).prepareImage();
        return image.state() == State.BUILDING ? HttpResponse.accepted().body(image) : HttpResponse.ok(image);
    }
}
