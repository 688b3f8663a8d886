package dev.clusterbox.rest;

import java.util.Optional;

/** Knows who may come in. Each service has one. */
public interface Access {

    /**
     * Returns whose token it is, or nothing for a token that is not valid.
     *
     * @param actor the person for whom the caller says it acts (header {@code Clusterbox-Actor}); believed only of tokens
     *     that may say so, ignored for all others
     */
    Optional<Caller> caller(String token, Optional<String> actor);
}
