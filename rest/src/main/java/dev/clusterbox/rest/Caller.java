package dev.clusterbox.rest;

import io.micronaut.http.HttpRequest;

/**
 * Who sent a request.
 *
 * @param name for the audit log: the token's name, or the person for whom a trusted program acts
 * @param token the token's name
 */
public record Caller(String name, Role role, String token) {

    /** What a token allows; each role includes the ones before it. */
    public enum Role {
        VIEWER,
        OPERATOR,
        ADMIN;

        public boolean includes(Role other) {
            return compareTo(other) >= 0;
        }
    }

    private static final String ATTRIBUTE = "clusterbox.caller";

    /** The caller that {@link BearerTokenFilter} has let in. */
    public static Caller of(HttpRequest<?> request) {
        return request.getAttribute(ATTRIBUTE, Caller.class)
                .orElseThrow(() -> new IllegalStateException("no caller: is the path under /v1?"));
    }

    void attachTo(HttpRequest<?> request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
