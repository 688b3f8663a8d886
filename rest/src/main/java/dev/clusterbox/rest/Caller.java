package dev.clusterbox.rest;

import io.micronaut.http.HttpRequest;
import java.util.OptionalInt;

/**
 * Who sent a request.
 *
 * @param name for the audit log: the token's name, or the person for whom a trusted program acts
 * @param token the token's name
 * @param terms what else belongs to the token, read once for a request
 */
public record Caller(String name, Role role, String token, Terms terms) {

    /** Without a limit. */
    public Caller(String name, Role role, String token) {
        this(name, role, token, Unlimited.TERMS);
    }

    /** What a service knows of a token besides its role. */
    public interface Terms {

        /** How many requests a minute may come with it; empty for any number. */
        OptionalInt requestsPerMinute();
    }

    private enum Unlimited implements Terms {
        TERMS;

        @Override
        public OptionalInt requestsPerMinute() {
            return OptionalInt.empty();
        }
    }

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
