package dev.clusterbox.slack;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.TokenFile;
import io.micronaut.context.annotation.Context;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Slack is set up here. Where it is not the service runs all the same, so that an installation without Slack starts
 * like any other, and says so once.
 */
@Context
final class SlackDoor {

    private static final Logger LOG = LoggerFactory.getLogger(SlackDoor.class);

    private final @Nullable Signature signature;
    private final @Nullable SlackApi api;

    SlackDoor(SlackSettings settings) {
        Signature signature = null;
        SlackApi api = null;
        if (settings.signingSecretFile().isEmpty() || settings.botTokenFile().isEmpty()) {
            LOG.info("Slack is not set up: /slack/commands answers 503 until clusterbox.slack.signing-secret-file and"
                    + " clusterbox.slack.bot-token-file are set");
        } else {
            try {
                signature =
                        new Signature(TokenFile.read(Path.of(settings.signingSecretFile())), InstantSource.system());
                api = new SlackApi(settings, TokenFile.read(Path.of(settings.botTokenFile())));
                LOG.info("Slack is set up: commands come to /slack/commands, answers go to {}", settings.apiUrl());
            } catch (IllegalStateException e) {
                signature = null;
                LOG.error("Slack is not set up: /slack/commands answers 503: {}", e.getMessage());
            }
        }
        this.signature = signature;
        this.api = api;
    }

    Signature signature() {
        return open(signature);
    }

    SlackApi api() {
        return open(api);
    }

    /** Slack's Web API, if there is one to talk to. */
    Optional<SlackApi> apiIfOpen() {
        return Optional.ofNullable(api);
    }

    private static <T> T open(@Nullable T part) {
        if (part == null) {
            throw Problem.unavailable(
                            "Slack is not set up here", "the log of slack-bot says what is missing; see its README")
                    .asException();
        }
        return part;
    }
}
