package dev.clusterbox.gateway;

import java.util.regex.Pattern;

/**
 * For whom the gateway acts, and which request this is.
 *
 * @param actor the person, for the gateway's audit log
 * @param idempotencyKey the same for the same interaction, however often it is sent
 */
public record OnBehalf(String actor, String idempotencyKey) {

    private static final Pattern ACTOR = Pattern.compile("[A-Za-z0-9 .:_@-]{1,100}");

    public OnBehalf {
        if (!ACTOR.matcher(actor).matches()) {
            throw new IllegalArgumentException("actor: '%s' (expected: %s)".formatted(actor, ACTOR));
        }
    }
}
