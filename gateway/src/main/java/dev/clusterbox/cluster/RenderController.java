package dev.clusterbox.cluster;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The files of a cluster that is not made, as JSON or as a tar archive with a folder for each machine. */
@Controller("/v1/render")
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces({MediaType.APPLICATION_JSON, RenderController.TAR})
final class RenderController {

    static final String TAR = "application/x-tar";

    /** What a release writes on the machines of one cluster. */
    @Serdeable
    record RenderedFiles(List<RenderedFile> files) {}

    private final ClusterBody bodies;
    private final Renderer renderer;

    RenderController(ClusterBody bodies, Renderer renderer) {
        this.bodies = bodies;
        this.renderer = renderer;
    }

    /** Makes nothing, and looks at no cluster that is there: the same request gives the same files. */
    @Post
    @Consumes({MediaType.APPLICATION_JSON, "application/yaml", MediaType.APPLICATION_YAML})
    @ApiResponse(
            responseCode = "200",
            description = "every file of every machine",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = RenderedFiles.class)),
                @Content(mediaType = TAR, schema = @Schema(type = "string", format = "binary"))
            })
    HttpResponse<?> render(
            HttpRequest<?> request,
            @RequestBody(
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON,
                                        schema = @Schema(implementation = ClusterRequest.class)),
                                @Content(
                                        mediaType = "application/yaml",
                                        schema = @Schema(implementation = ClusterRequest.class))
                            })
                    @Body
                    String body)
            throws IOException {
        var files = renderer.render(bodies.read(body, request.getContentType()).spec(Optional.empty()));
        var wantsTar = request.accept().stream().anyMatch(type -> type.getName().equals(TAR));
        return wantsTar
                ? HttpResponse.ok(tar(files)).contentType(TAR)
                : HttpResponse.ok(new RenderedFiles(files)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    private static byte[] tar(List<RenderedFile> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var file : files) {
                var content = file.content().getBytes(StandardCharsets.UTF_8);
                var entry = new TarArchiveEntry(file.machine() + file.path());
                entry.setMode(file.mode());
                entry.setSize(content.length);
                entry.setModTime(0);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }
}
