package dev.clusterbox.slack;

import dev.clusterbox.message.Message;
import dev.clusterbox.slack.SlackApi.Answer;
import dev.clusterbox.slack.SlackApi.Busy;
import dev.clusterbox.slack.SlackApi.Done;
import dev.clusterbox.slack.SlackApi.Lost;
import dev.clusterbox.slack.SlackApi.Refused;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message in Slack that keeps up with something. Who has news calls {@link #show} as often as it likes; what Slack gets
 * is the newest, now and then. The last one always arrives, unless Slack refuses it for good.
 */
final class LiveMessage {

    private static final Logger LOG = LoggerFactory.getLogger(LiveMessage.class);

    /** The message cannot be changed any more, but another one can be sent. */
    private static final Set<String> GONE =
            Set.of("message_not_found", "cant_update_message", "edit_window_closed", "streaming_state_conflict");

    /** Slack does not take how it looks; it will take the words. */
    private static final Set<String> LAYOUT =
            Set.of("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long");

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final SlackApi api;
    private final Pace pace;
    private final SlackSettings settings;
    private final String channel;
    private final String ts;
    private @Nullable Message next;
    private boolean last;

    LiveMessage(SlackApi api, Pace pace, SlackSettings settings, String channel, String ts) {
        this.api = api;
        this.pace = pace;
        this.settings = settings;
        this.channel = channel;
        this.ts = ts;
    }

    synchronized void show(Message message) {
        if (!last) {
            next = message;
            notifyAll();
        }
    }

    /** Nothing comes after this one. */
    synchronized void finish(Message message) {
        if (!last) {
            next = message;
            last = true;
            notifyAll();
        }
    }

    /** Sends until the last message is there. */
    void keepUp() throws InterruptedException {
        var pause = FIRST_PAUSE;
        var since = System.nanoTime();
        while (true) {
            awaitNews();
            pace.turn();
            var draft = newest();
            switch (send(draft)) {
                case Done _ -> {
                    if (draft.isLast) {
                        return;
                    }
                    pause = FIRST_PAUSE;
                    since = System.nanoTime();
                    Thread.sleep(settings.updateInterval());
                }
                case Busy busy -> {
                    pace.pause(busy.retryAfter());
                    putBack(draft);
                    // Slack works and has said when: that is no reason to lose patience.
                    since = System.nanoTime();
                }
                case Lost lost -> {
                    putBack(draft);
                    if (System.nanoTime() - since > settings.patience().toNanos()) {
                        LOG.error(
                                "gave up on message {} in {}: {}: {}",
                                ts,
                                channel,
                                lost.because(),
                                draft.message.text());
                        return;
                    }
                    Thread.sleep(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
                case Refused refused -> {
                    LOG.warn("Slack refuses message {} in {}: {}", ts, channel, refused.error());
                    if (draft.isLast) {
                        LOG.error("this did not reach Slack: {}", draft.message.text());
                        return;
                    }
                    Thread.sleep(settings.updateInterval());
                }
            }
        }
    }

    private Answer send(Draft draft) {
        var answer = api.update(channel, ts, draft.message);
        if (answer instanceof Refused(var error) && LAYOUT.contains(error)) {
            LOG.warn("Slack does not take the layout of message {}: {}", ts, error);
            return api.update(channel, ts, draft.message.plain());
        }
        if (answer instanceof Refused(var error) && GONE.contains(error) && draft.isLast) {
            return api.post(channel, draft.message);
        }
        return answer;
    }

    private record Draft(Message message, boolean isLast) {}

    private synchronized void awaitNews() throws InterruptedException {
        while (next == null) {
            wait();
        }
    }

    private synchronized Draft newest() {
        var message = next;
        if (message == null) {
            throw new IllegalStateException("nothing to send");
        }
        next = null;
        return new Draft(message, last);
    }

    private synchronized void putBack(Draft draft) {
        if (next == null) {
            next = draft.message;
        }
    }
}
