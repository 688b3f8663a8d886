package dev.clusterbox.rest;

import dev.clusterbox.rest.Caller.Role;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** A token for each role, for tests. Only the operator's may speak for others. */
@Singleton
final class TestAccess implements Access {

    static final String VIEWER = "the-token-of-a-viewer";
    static final String OPERATOR = "the-token-of-an-operator";
    static final String ADMIN = "the-token-of-an-admin";

    private static final Map<String, Role> ROLES =
            Map.of(VIEWER, Role.VIEWER, OPERATOR, Role.OPERATOR, ADMIN, Role.ADMIN);

    @Override
    public Optional<Caller> caller(String token, Optional<String> actor) {
        return Optional.ofNullable(ROLES.get(token))
                .map(role -> new Caller(role == Role.OPERATOR ? actor.orElse("operator") : "other", role));
    }
}
