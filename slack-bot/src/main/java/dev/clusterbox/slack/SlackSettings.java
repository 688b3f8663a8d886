package dev.clusterbox.slack;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Which Slack, and who in it.
 *
 * @param teams who may command, by id; an empty set lets in everybody whom the signing secret lets in
 * @param rulesFile who may do what, see {@link dev.clusterbox.access.Rules}; without it everybody may do everything
 * @param hooksUrl where {@code response_url}s must point: the bot posts to no other address, whatever a request says
 * @param updateInterval between two updates of one message
 * @param callInterval between any two updates; Slack allows 50 a minute and more (Tier 3)
 * @param patience how long a message that Slack does not take is tried again
 */
@ConfigurationProperties("clusterbox.slack")
record SlackSettings(
        @Bindable(defaultValue = "") String signingSecretFile,
        @Bindable(defaultValue = "") String appTokenFile,
        @Bindable(defaultValue = "") String botTokenFile,
        @Bindable(defaultValue = "https://slack.com/api/") String apiUrl,
        @Bindable(defaultValue = "https://hooks.slack.com/") URI hooksUrl,
        @Bindable(defaultValue = "") Set<String> teams,
        @Bindable(defaultValue = "") Set<String> channels,
        @Bindable(defaultValue = "") Set<String> users,
        @Bindable(defaultValue = "") String rulesFile,
        @Bindable(defaultValue = "2s") Duration updateInterval,
        @Bindable(defaultValue = "1200ms") Duration callInterval,
        @Bindable(defaultValue = "30m") Duration patience) {

    /** Whether this person may give commands here at all. */
    boolean allows(Interaction interaction) {
        return allows(teams, interaction.team())
                && allows(channels, interaction.channel())
                && allows(users, interaction.user());
    }

    private static boolean allows(Set<String> listed, String id) {
        return listed.stream().allMatch(String::isBlank) || listed.contains(id);
    }
}
