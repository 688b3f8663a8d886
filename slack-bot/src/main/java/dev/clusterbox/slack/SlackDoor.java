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
 * Whether Slack is set up here, and by which way it comes: HTTP where there is a signing secret, Socket Mode where there is
 * an app token, or both. Where it is not set up the service runs all the same, so that an installation without Slack starts
 * like any other, and says so once.
 */
@Context
final class SlackDoor {

    private static final Logger LOG = LoggerFactory.getLogger(SlackDoor.class);

    private final @Nullable Signature signature;
    private final @Nullable String appToken;
    private final @Nullable SlackApi api;

    SlackDoor(SlackSettings settings) {
        Signature signature = null;
        String appToken = null;
        SlackApi api = null;
        if (settings.botTokenFile().isEmpty()
                || (settings.signingSecretFile().isEmpty()
                        && settings.appTokenFile().isEmpty())) {
            LOG.info("Slack is not set up: set clusterbox.slack.bot-token-file, and clusterbox.slack.app-token-file for"
                    + " Socket Mode or clusterbox.slack.signing-secret-file for HTTP");
        } else {
            try {
                if (!settings.signingSecretFile().isEmpty()) {
                    signature =
                            new Signature(TokenFile.read(Path.of(settings.signingSecretFile())), InstantSource.system());
                }
                if (!settings.appTokenFile().isEmpty()) {
                    appToken = TokenFile.read(Path.of(settings.appTokenFile()));
                }
                api = new SlackApi(settings, TokenFile.read(Path.of(settings.botTokenFile())));
                LOG.info(
                        "Slack is set up: commands come by {}{}, answers go to {}",
                        appToken == null ? "" : "Socket Mode ",
                        signature == null ? "" : "HTTP to /slack",
                        settings.apiUrl());
            } catch (IllegalStateException e) {
                signature = null;
                appToken = null;
                LOG.error("Slack is not set up: {}", e.getMessage());
            }
        }
        this.signature = signature;
        this.appToken = appToken;
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

    /** What opens Socket Mode; nothing where only HTTP is set up. */
    Optional<String> appToken() {
        return Optional.ofNullable(appToken);
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
