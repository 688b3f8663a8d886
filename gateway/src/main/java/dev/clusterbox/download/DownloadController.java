package dev.clusterbox.download;

import dev.clusterbox.download.DownloadLinks.Target;
import dev.clusterbox.kubernetes.Credentials;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Accept;
import dev.clusterbox.rest.Caller;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A kubeconfig to be fetched once, with a browser or curl, by somebody who has no token: the person to whom the address was
 * given. Opening the address shows a page and spends nothing, since programs that look at links before people do open them
 * too; only the button on it (a POST) does.
 */
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class DownloadController {

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+=-]{16,200}");

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="robots" content="noindex">
            <title>Clusterbox</title>
            <h1>kubeconfig for %1$s</h1>
            <p>For %2$s. The address works once; the certificate in the file is good for eight hours.</p>
            <form method="post"><button>Download %1$s.kubeconfig</button></form>
            <p><code>kubectl --kubeconfig %1$s.kubeconfig get nodes</code></p>
            </html>
            """;

    /**
     * An address that works once.
     *
     * @param expiresAt when it ends to work at the latest
     */
    @Serdeable
    record DownloadLink(String url, Instant expiresAt) {}

    private final DownloadLinks links;
    private final Credentials credentials;
    private final EmbeddedServer server;
    private final String publicUrl;

    /** @param publicUrl how people's browsers reach this service; else the address on which it listens */
    DownloadController(
            DownloadLinks links,
            Credentials credentials,
            EmbeddedServer server,
            @Value("${clusterbox.public-url:}") String publicUrl) {
        this.links = links;
        this.credentials = credentials;
        this.server = server;
        this.publicUrl = publicUrl;
    }

    /** Makes an address under which the caller's own kubeconfig can be fetched once, within ten minutes. */
    @Post("/v1/clusters/{name}/kubeconfig-links")
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @ApiResponse(
            responseCode = "201",
            description = "the address; whoever has it has the kubeconfig",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DownloadLink.class)))
    HttpResponse<?> make(HttpRequest<?> request, String name) {
        var caller = Caller.of(request);
        credentials.check(name, caller);
        var link = links.make(name, caller);
        var base = publicUrl.isEmpty() ? server.getURI() : URI.create(publicUrl.replaceAll("/*$", "/"));
        var url = base.resolve(publicUrl.isEmpty() ? "/downloads/" : "downloads/") + link.token();
        return Accept.isText(request)
                ? HttpResponse.created(url + "\n").contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.created(new DownloadLink(url, link.expiresAt()))
                        .contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    /** Says what is behind an address, and spends nothing. */
    @Get("/downloads/{token}")
    @Produces(MediaType.TEXT_HTML)
    HttpResponse<String> look(String token) {
        var target = TOKEN.matcher(token).matches() ? links.look(token).orElseThrow(DownloadController::gone) : none();
        return closed(HttpResponse.ok(PAGE.formatted(target.cluster(), escaped(target.madeFor().name()))));
    }

    /** Hands out what is behind an address, once. */
    @Post("/downloads/{token}")
    @Produces("application/yaml")
    HttpResponse<String> fetch(String token) throws InterruptedException {
        var target = TOKEN.matcher(token).matches() ? links.spend(token).orElseThrow(DownloadController::gone) : none();
        var made = false;
        try {
            var kubeconfig = credentials.kubeconfig(target.cluster(), target.madeFor(), java.util.Optional.empty());
            made = true;
            return closed(HttpResponse.ok(kubeconfig))
                    .header(
                            "Content-Disposition",
                            "attachment; filename=\"%s.kubeconfig\"".formatted(target.cluster()));
        } finally {
            if (!made) {
                links.restore(token);
            }
        }
    }

    private static Target none() {
        throw gone();
    }

    /** Whether it never was, was fetched or has expired is nobody's business. */
    private static RuntimeException gone() {
        return new Problem(
                        Problem.Code.NOT_FOUND,
                        "there is nothing under this address, or not any more",
                        "an address works once and for ten minutes; ask for another one")
                .asException();
    }

    /** Kept by no cache, shown in no frame, and not told to the next page. */
    private static <T> MutableHttpResponse<T> closed(MutableHttpResponse<T> response) {
        return response.header("Cache-Control", "no-store")
                .header("Referrer-Policy", "no-referrer")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
