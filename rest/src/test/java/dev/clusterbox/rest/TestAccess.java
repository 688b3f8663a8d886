package dev.clusterbox.rest;

import dev.clusterbox.rest.Caller.Role;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A token for each role, for tests. Only the operator's may speak for others. */
@Singleton
final class TestAccess implements Access {

    static final String VIEWER = "the-token-of-a-viewer";
    static final String OPERATOR = "the-token-of-an-operator";
    static final String ADMIN = "the-token-of-an-admin";

    static final String LIMITED = "the-token-of-a-hasty-viewer";
    static final int LIMIT = 6;

    private static final Map<String, Role> ROLES =
            Map.of(VIEWER, Role.VIEWER, OPERATOR, Role.OPERATOR, ADMIN, Role.ADMIN);

    @Override
    public Optional<Caller> caller(String token, Optional<String> actor) {
        if (token.equals(LIMITED)) {
            return Optional.of(new Caller("hasty", Role.VIEWER, "LIMITED", () -> OptionalInt.of(LIMIT)));
        }
        return Optional.ofNullable(ROLES.get(token))
                .map(role -> new Caller(role == Role.OPERATOR ? actor.orElse("operator") : "other", role, role.name()));
    }
}
