package dev.clusterbox.slack;

import dev.clusterbox.access.Asker;
import dev.clusterbox.access.Rules;
import dev.clusterbox.command.SlashCommand;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import io.micronaut.context.annotation.Context;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who may give a command, without waiting for Slack: who is in a user group is asked for beforehand. As long as Slack
 * has not said it, nobody is in it.
 */
@Context
final class Permissions {

    private static final Logger LOG = LoggerFactory.getLogger(Permissions.class);

    /** Who has left a group may go on for that long. */
    private static final Duration GROUPS_EVERY = Duration.ofMinutes(5);

    private static final Duration AGAIN_AFTER = Duration.ofSeconds(20);

    private final SlackSettings settings;
    private final SlackDoor door;
    private final BackgroundWork background;
    private final Rules rules;
    private final Map<String, Set<String>> members = new ConcurrentHashMap<>();

    /** A file of rules that is not understood stops the start. */
    Permissions(SlackSettings settings, SlackDoor door, BackgroundWork background) {
        this.settings = settings;
        this.door = door;
        this.background = background;
        this.rules = settings.rulesFile().isEmpty() ? Rules.none() : Rules.read(Path.of(settings.rulesFile()));
    }

    @EventListener
    void begin(ServerStartupEvent started) {
        if (!rules.groups().isEmpty() && door.apiIfOpen().isPresent()) {
            background.start(this::keepUp);
        }
    }

    private void keepUp() throws InterruptedException {
        while (true) {
            var complete = true;
            for (var group : rules.groups()) {
                var found = door.api().members(group);
                found.ifPresent(users -> members.put(group, users));
                complete &= found.isPresent();
            }
            Thread.sleep(complete ? GROUPS_EVERY : AGAIN_AFTER);
        }
    }

    /**
     * Lets a command pass.
     *
     * @throws dev.clusterbox.problem.ProblemException if this person may not give it, here or about that cluster
     */
    void require(Interaction interaction, SlashCommand command) {
        if (!settings.allows(interaction)) {
            LOG.warn(
                    "refused: user {} in channel {} of team {} is not on the list",
                    interaction.user(),
                    interaction.channel(),
                    interaction.team());
            throw new Problem(
                            Code.FORBIDDEN,
                            "you may not give commands here",
                            "try it in another channel, or ask who runs Clusterbox to allow it")
                    .asException();
        }
        var role = rules.role(asker(interaction), command.target());
        if (role.filter(has -> has.includes(command.needs())).isEmpty()) {
            LOG.warn("refused: {} of user {} in channel {}", command, interaction.user(), interaction.channel());
            throw new Problem(
                            Code.FORBIDDEN,
                            "you may not do this%s here"
                                    .formatted(command.target()
                                            .map(name -> " with '%s'".formatted(name))
                                            .orElse("")),
                            "it needs the role %s%s; who runs Clusterbox can give it to you"
                                    .formatted(
                                            command.needs().name().toLowerCase(Locale.ROOT),
                                            role.map(has -> ", you have "
                                                            + has.name().toLowerCase(Locale.ROOT))
                                                    .orElse("")))
                    .asException();
        }
    }

    private Asker asker(Interaction interaction) {
        var groups = new HashSet<String>();
        members.forEach((group, users) -> {
            if (users.contains(interaction.user())) {
                groups.add(group);
            }
        });
        return new Asker(interaction.user(), groups, interaction.channel());
    }
}
