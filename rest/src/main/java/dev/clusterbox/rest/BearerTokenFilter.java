package dev.clusterbox.rest;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.rest.Caller.Role;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lets in who has a bearer token (RFC 6750). Reading wants the role viewer, anything else operator; what wants more says so
 * itself.
 */
@ServerFilter("/v1/**")
@Requires(beans = Access.class)
final class BearerTokenFilter {

    /** Long enough for any token, short enough to be hashed without thought. */
    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) (?<token>[A-Za-z0-9._~+/=-]{16,512})");

    private static final Pattern ACTOR = Pattern.compile("[\\p{Alnum} .:_@-]{1,100}");

    private final Access access;
    private final RateLimits limits;

    BearerTokenFilter(Access access, RateLimits limits) {
        this.access = access;
        this.limits = limits;
    }

    @RequestFilter
    @ExecuteOn(TaskExecutors.BLOCKING)
    void authenticate(HttpRequest<?> request) {
        var header = BEARER.matcher(request.getHeaders().get(HttpHeaders.AUTHORIZATION, String.class, ""));
        var actor = Optional.ofNullable(request.getHeaders().get("Clusterbox-Actor"))
                .filter(name -> ACTOR.matcher(name).matches());
        var caller = header.matches() ? access.caller(header.group("token"), actor) : Optional.<Caller>empty();
        var known = caller.orElseThrow(() -> new Problem(
                        Code.UNAUTHENTICATED,
                        "no valid token in the request",
                        "send the header 'Authorization: Bearer TOKEN'")
                .asException());
        known.terms()
                .requestsPerMinute()
                .ifPresent(limit -> limits.take("requests with the token '%s'".formatted(known.token()), limit));
        var needed = reads(request.getMethod()) ? Role.VIEWER : Role.OPERATOR;
        if (!known.role().includes(needed)) {
            throw new Problem(
                            Code.FORBIDDEN,
                            "%s has the role %s (expected: %s)".formatted(known.name(), known.role(), needed),
                            "ask with a token that has that role")
                    .asException();
        }
        known.attachTo(request);
    }

    private static boolean reads(HttpMethod method) {
        return method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS;
    }
}
