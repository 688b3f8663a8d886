package dev.clusterbox;

import io.micronaut.runtime.Micronaut;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.info.Info;

/** {@code /cluster …} for people: Slack on one side, the gateway's REST on the other. */
@OpenAPIDefinition(info = @Info(title = "slack-bot", version = "1"))
public final class SlackBot {

    private SlackBot() {}

    public static void main(String[] args) {
        Micronaut.build(args).mainClass(SlackBot.class).banner(false).start();
    }
}
