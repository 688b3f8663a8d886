package dev.clusterbox.slack;

import dev.clusterbox.message.Message;
import dev.clusterbox.slack.SlackApi.Answer;
import dev.clusterbox.slack.SlackApi.Busy;
import dev.clusterbox.slack.SlackApi.Done;
import dev.clusterbox.slack.SlackApi.Lost;
import dev.clusterbox.slack.SlackApi.Refused;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers to the person alone. They need no membership in the channel. */
@Singleton
final class Replies {

    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final SlackDoor door;
    private final Duration patience;

    Replies(SlackDoor door, SlackSettings settings) {
        this.door = door;
        this.patience = settings.patience();
    }

    /** Uses the {@code response_url}; where there is none of Slack's, an ephemeral message; else a direct message. */
    void to(Interaction interaction, Message message) throws InterruptedException {
        var api = door.api();
        var url = interaction.responseUrl();
        var answer = api.isHook(url) ? insist(() -> api.respond(url, message)) : new Refused("no response_url");
        if (answer instanceof Refused) {
            answer = insist(() -> api.whisper(interaction.channel(), interaction.user(), message));
        }
        // Where the bot is no member of the channel there are still the direct messages.
        if (answer instanceof Refused && insist(() -> api.direct(interaction.user())) instanceof Done direct) {
            answer = insist(() -> api.post(direct.channel(), message));
        }
        if (!(answer instanceof Done)) {
            LOG.error(
                    "an answer to {} in {} did not arrive: {}: {}",
                    interaction.user(),
                    interaction.channel(),
                    answer,
                    message.text());
        }
    }

    /** Repeats a call until Slack does it or refuses it, or patience is over. */
    Answer insist(Supplier<Answer> call) throws InterruptedException {
        var giveUp = System.nanoTime() + patience.toNanos();
        var pause = FIRST_PAUSE;
        while (true) {
            var answer = call.get();
            var wait = switch (answer) {
                case Done _, Refused _ -> Duration.ZERO;
                case Busy busy -> busy.retryAfter();
                case Lost _ -> pause;
            };
            if (wait.isZero() || System.nanoTime() + wait.toNanos() > giveUp) {
                return answer;
            }
            Thread.sleep(wait);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }
}
