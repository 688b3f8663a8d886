package dev.clusterbox.kubernetes;

import dev.clusterbox.csr.SignedRequest;
import dev.clusterbox.kubernetes.Credentials.Credential;
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
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a person needs to use a cluster with kubectl, over REST. */
@Controller("/v1/clusters/{name}")
@ExecuteOn(TaskExecutors.BLOCKING)
final class CredentialsController {

    private final Credentials credentials;

    CredentialsController(Credentials credentials) {
        this.credentials = credentials;
    }

    /** Certifies the caller's key for eight hours. The key itself stays where it is. */
    @Post("/credentials")
    @Consumes({"application/pkcs10", "application/x-pem-file", MediaType.TEXT_PLAIN})
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @ApiResponse(
            responseCode = "201",
            description = "the certificate, and how the API is reached",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Credential.class)))
    HttpResponse<?> certify(HttpRequest<?> request, String name, @Body byte[] csr, @Nullable @QueryValue String user)
            throws InterruptedException {
        var credential =
                credentials.certify(name, SignedRequest.der(csr), Caller.of(request), Optional.ofNullable(user));
        return Accept.isText(request)
                ? HttpResponse.created(text(credential)).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.created(credential).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    /** A complete kubeconfig with a new key, good for eight hours. */
    @Get("/kubeconfig")
    @Produces("application/yaml")
    HttpResponse<String> kubeconfig(HttpRequest<?> request, String name, @Nullable @QueryValue String user)
            throws InterruptedException {
        return HttpResponse.ok(credentials.kubeconfig(name, Caller.of(request), Optional.ofNullable(user)))
                .header("Cache-Control", "no-store");
    }

    private static String text(Credential credential) {
        return "%s\n%s\n%s\n%s\n"
                .formatted(
                        credential.server(),
                        credential.expires(),
                        credential.authority().strip(),
                        credential.certificate().strip());
    }
}
