package dev.clusterbox.pki.tokens;

import dev.clusterbox.pki.access.Globs;
import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.access.Rights.Scope;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Caller;
import dev.clusterbox.rest.Caller.Role;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tokens for scripts. For administrators whose own token has no scope. */
@Controller("/v1/tokens")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class TokenController {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final int MOST_PER_MINUTE = 1_000_000;

    private final Tokens tokens;
    private final InstantSource clock;

    TokenController(Tokens tokens, InstantSource clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    @Get
    TokenList list(HttpRequest<?> request) {
        requireOwner(request);
        return new TokenList(tokens.list().stream().map(TokenBody::of).toList());
    }

    @Post
    @Status(HttpStatus.CREATED)
    MadeToken make(HttpRequest<?> request, @Body NewToken wanted) {
        var rights = requireOwner(request);
        var token = wanted.token(rights.by(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
        return new MadeToken(tokens.add(token), TokenBody.of(token));
    }

    @Delete("/{name}")
    @Status(HttpStatus.NO_CONTENT)
    void delete(HttpRequest<?> request, @PathVariable String name) {
        tokens.delete(name, requireOwner(request).by());
    }

    private Rights requireOwner(HttpRequest<?> request) {
        return tokens.of(Caller.of(request)).requireAdmin().requireEverything();
    }

    /**
     * @param role viewer reads; operator issues, renews and revokes; admin does the rest too
     * @param authorities where it may do so; {@code *} stands for any characters, none or an empty list for all
     * @param profiles with which, likewise
     * @param names for which common names, DNS names and IP addresses, likewise
     * @param requestsPerMinute without it there is no limit
     * @param expiresAt without it, it is valid until it is deleted
     */
    @Serdeable
    record NewToken(
            String name,
            String role,
            @Nullable List<String> authorities,
            @Nullable List<String> profiles,
            @Nullable List<String> names,
            @Nullable Integer requestsPerMinute,
            @Nullable Instant expiresAt) {

        Token token(String by, Instant now) {
            if (!NAME.matcher(name).matches() || name.equals(Tokens.GATEWAY)) {
                throw invalid("name", "up to 63 of a to z, digits and hyphens, and not '" + Tokens.GATEWAY + "'");
            }
            if (requestsPerMinute != null && (requestsPerMinute < 1 || requestsPerMinute > MOST_PER_MINUTE)) {
                throw invalid("requestsPerMinute", "1 to " + MOST_PER_MINUTE);
            }
            if (expiresAt != null && !expiresAt.isAfter(now)) {
                throw invalid("expiresAt", "a time to come");
            }
            return new Token(
                    name,
                    Arrays.stream(Role.values())
                            .filter(it -> text(it).equals(role))
                            .findFirst()
                            .orElseThrow(() -> invalid("role", "viewer, operator or admin")),
                    new Scope(globs("authorities", authorities), globs("profiles", profiles), globs("names", names)),
                    requestsPerMinute == null ? OptionalInt.empty() : OptionalInt.of(requestsPerMinute),
                    Optional.ofNullable(expiresAt).map(it -> it.truncatedTo(ChronoUnit.SECONDS)),
                    by,
                    now);
        }

        private static Globs globs(String field, @Nullable List<String> texts) {
            return Globs.parse(field, texts == null ? List.of() : texts);
        }

        private static RuntimeException invalid(String field, String expected) {
            return Problem.invalid("%s: (expected: %s)".formatted(field, expected), "")
                    .asException();
        }
    }

    @Serdeable
    record TokenBody(
            String name,
            String role,
            List<String> authorities,
            List<String> profiles,
            List<String> names,
            @Nullable Integer requestsPerMinute,
            @Nullable Instant expiresAt,
            String createdBy,
            Instant createdAt) {

        static TokenBody of(Token token) {
            var limit = token.requestsPerMinute();
            return new TokenBody(
                    token.name(),
                    text(token.role()),
                    token.scope().authorities().texts(),
                    token.scope().profiles().texts(),
                    token.scope().names().texts(),
                    limit.isPresent() ? limit.getAsInt() : null,
                    token.expiresAt().orElse(null),
                    token.createdBy(),
                    token.createdAt());
        }
    }

    private static String text(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    @Serdeable
    record TokenList(List<TokenBody> tokens) {}

    /** @param token shown this once */
    @Serdeable
    record MadeToken(String token, TokenBody details) {}
}
