package dev.clusterbox.pki.tokens;

import dev.clusterbox.pki.access.Rights.Scope;
import dev.clusterbox.rest.Caller.Role;
import dev.clusterbox.rest.Caller.Terms;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** A token of a script: what it may be used for, never the token itself. */
record Token(
        String name,
        Role role,
        Scope scope,
        OptionalInt requestsPerMinute,
        Optional<Instant> expiresAt,
        String createdBy,
        Instant createdAt)
        implements Terms {

    boolean isValid(Instant now) {
        return expiresAt.isEmpty() || now.isBefore(expiresAt.get());
    }
}
