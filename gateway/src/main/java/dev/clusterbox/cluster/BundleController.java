package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.rest.Accept;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Bundles over REST; with {@code Accept: text/plain} as a terminal shows them. */
@Controller("/v1/bundles")
@ExecuteOn(TaskExecutors.BLOCKING)
final class BundleController {

    private static final String TAR = "application/x-tar";

    /** @param path of a file on the gateway's computer, absolute */
    @Serdeable
    record BundleFile(@Nullable String path) {}

    @Serdeable
    record BundleList(List<Bundle> bundles) {}

    private final ClusterBody bodies;
    private final Bundler bundler;

    BundleController(ClusterBody bodies, Bundler bundler) {
        this.bodies = bodies;
        this.bundler = bundler;
    }

    /** What a cluster as it is described is made of, fetched where it is missing: a tar archive. Makes no cluster. */
    @Post
    @Consumes({MediaType.APPLICATION_JSON, "application/yaml", MediaType.APPLICATION_YAML})
    @Produces(TAR)
    @ApiResponse(
            responseCode = "200",
            description = "a tar archive whose first member lists the others",
            content = @Content(mediaType = TAR, schema = @Schema(type = "string", format = "binary")))
    HttpResponse<StreamedFile> pack(
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
            throws IOException, InterruptedException {
        var asked = bodies.read(body, request.getContentType());
        var archive = bundler.pack(asked.spec(Optional.empty()), Optional.ofNullable(asked.through()));
        return HttpResponse.ok(new StreamedFile(archive, MediaType.of(TAR))).contentType(TAR);
    }

    /** Takes a bundle in from a file, all of it or nothing; for administrators. */
    @Put
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @ApiResponse(
            responseCode = "200",
            description = "what was in it",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Bundle.class)))
    HttpResponse<?> take(HttpRequest<?> request, @Body BundleFile file) throws IOException {
        if (!Caller.of(request).role().includes(Caller.Role.ADMIN)) {
            throw new Problem(
                            Code.FORBIDDEN,
                            "bundles are for administrators: what is in them runs in all machines",
                            "ask as administrator")
                    .asException();
        }
        Bundle bundle;
        try {
            bundle = bundler.take(Path.of(file.path() == null ? "" : file.path()));
        } catch (InvalidPathException e) {
            throw Problem.invalid("path: no name of a file", "name it by its absolute path")
                    .asException();
        }
        return Accept.isText(request)
                ? HttpResponse.ok(bundle.text()).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(bundle).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    /** What was taken in. */
    @Get
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @ApiResponse(
            responseCode = "200",
            description = "what was in the bundles that were taken in, the oldest first",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = BundleList.class)))
    HttpResponse<?> list(HttpRequest<?> request) throws IOException {
        var bundles = bundler.taken();
        var text = bundles.isEmpty()
                ? "no bundle was imported\n"
                : bundles.stream().map(Bundle::text).collect(Collectors.joining());
        return Accept.isText(request)
                ? HttpResponse.ok(text).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(new BundleList(bundles)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
