package dev.clusterbox.machine;

import dev.clusterbox.image.BaseArchive;
import dev.clusterbox.image.Image;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The image that machines share, carried to a computer that cannot build it. */
@Controller("/v1/providers/{provider}/image/archive")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ImageArchiveController {

    private static final Logger LOG = LoggerFactory.getLogger(ImageArchiveController.class);

    /** @param path of a file on vm-service's computer, absolute */
    @Serdeable
    record ArchiveFile(@Nullable String path, @Nullable String sha256) {}

    private final Providers providers;

    ImageArchiveController(Providers providers) {
        this.providers = providers;
    }

    /** As a compressed tar archive; 409 while there is no image. */
    @Get
    @Produces("application/gzip")
    @ApiResponse(
            responseCode = "200",
            description = "a tar archive, compressed",
            content = @Content(mediaType = "application/gzip", schema = @Schema(type = "string", format = "binary")))
    HttpResponse<StreamedFile> get(String provider) throws IOException, InterruptedException {
        var file = new StreamedFile(archive(provider).open(), MediaType.of("application/gzip"));
        return HttpResponse.ok(file).contentType("application/gzip");
    }

    /** Takes an archive from a file; where there is an image already, that stays. Returns when it is there. */
    @Put
    Image put(HttpRequest<?> http, String provider, @Body ArchiveFile file) throws IOException, InterruptedException {
        try {
            var path = Path.of(file.path() == null ? "" : file.path());
            var sha256 = file.sha256() == null ? "" : file.sha256();
            if (archive(provider).adopt(path, sha256)) {
                LOG.info("{} brought the image {}", Caller.of(http).name(), sha256);
            }
        } catch (InvalidPathException e) {
            throw Problem.invalid("path: no name of a file", "name it by its absolute path")
                    .asException();
        }
        return providers.named(provider).image();
    }

    private BaseArchive archive(String provider) throws InterruptedException {
        return providers
                .named(provider)
                .baseArchive()
                .orElseThrow(() -> Problem.invalid(
                                "the image of the provider %s cannot be carried to another computer".formatted(provider),
                                "use the provider nspawn")
                        .asException());
    }
}
