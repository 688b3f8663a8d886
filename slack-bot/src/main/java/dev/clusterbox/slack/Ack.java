package dev.clusterbox.slack;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.micronaut.serde.annotation.Serdeable;

/** What the person sees at once, and nobody else. */
@Serdeable
record Ack(@JsonProperty("response_type") String responseType, String text) {

    static Ack privately(String mrkdwn) {
        return new Ack("ephemeral", mrkdwn);
    }
}
