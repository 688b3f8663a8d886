package dev.clusterbox.join;

import dev.clusterbox.join.JoinTokens.Created;
import dev.clusterbox.rest.Accept;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
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
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Tokens by which machines join that Clusterbox did not make. They are used at the gateway's edge in the cluster's network. */
@Controller("/v1/clusters/{name}/join-tokens")
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
final class JoinTokenController {

    private final JoinTokens tokens;

    JoinTokenController(JoinTokens tokens) {
        this.tokens = tokens;
    }

    @Serdeable
    record TokenList(List<NodeToken.View> tokens) {}

    /** Makes a token; as text, the lines of a file that the machine's shell reads. */
    @Post
    @ApiResponse(
            responseCode = "201",
            description = "the token, shown this once",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Created.class)))
    HttpResponse<?> create(HttpRequest<?> request, String name, @Body JoinTokens.Request body)
            throws InterruptedException {
        var created = tokens.create(name, body, Caller.of(request).name());
        var answer = Accept.isText(request)
                ? HttpResponse.created(lines(created)).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.created(created).contentType(MediaType.APPLICATION_JSON_TYPE);
        return answer.header("Cache-Control", "no-store");
    }

    /** All that there were, the newest first; what is secret in them nobody knows any more. */
    @Get
    @ApiResponse(
            responseCode = "200",
            description = "all tokens of the cluster",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TokenList.class)))
    HttpResponse<?> list(HttpRequest<?> request, String name) {
        var list = tokens.list(name);
        return Accept.isText(request)
                ? HttpResponse.ok(table(list)).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(new TokenList(list)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    /** From now on nothing is given for it. A node that has joined by it stays. */
    @Delete("/{id}")
    @Status(HttpStatus.NO_CONTENT)
    void revoke(HttpRequest<?> request, String name, String id) {
        tokens.revoke(name, id, Caller.of(request).name());
    }

    private static String lines(Created created) {
        return """
                node=%s
                address=%s
                gateway=%s
                authority=%s
                token=%s
                """.formatted(
                        created.details().node(),
                        created.details().address(),
                        created.gateway(),
                        created.authoritySha256(),
                        created.token());
    }

    private static String table(List<NodeToken.View> list) {
        if (list.isEmpty()) {
            return "no tokens; './clusterbox token create' makes one\n";
        }
        var text = new StringBuilder(row("ID", "NODE", "ADDRESS", "STATE", "EXPIRES", "CREATED BY"));
        for (var token : list) {
            text.append(row(
                    token.id(),
                    token.node(),
                    token.address(),
                    token.state().name().toLowerCase(Locale.ROOT),
                    token.expiresAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                    token.createdBy()));
        }
        return text.toString();
    }

    private static String row(String id, String node, String address, String state, String expires, String by) {
        return "%-12s %-24s %-16s %-10s %-22s %s%n".formatted(id, node, address, state, expires, by);
    }
}
