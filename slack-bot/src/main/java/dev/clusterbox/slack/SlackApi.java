package dev.clusterbox.slack;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.model.view.View;
import com.slack.api.util.http.SlackHttpClient;
import dev.clusterbox.message.Message;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few calls to Slack's Web API that are made here. One call is one attempt; what comes of it is an {@link Answer}, and
 * who waits and tries again is the caller.
 */
final class SlackApi {

    private static final Logger LOG = LoggerFactory.getLogger(SlackApi.class);

    /** What Slack made of a call. */
    sealed interface Answer {}

    /** It is done; {@code channel} and {@code ts} name the message. */
    record Done(String channel, String ts) implements Answer {}

    /** Too much at once (429). Slack says when to come again. */
    record Busy(Duration retryAfter) implements Answer {}

    /** Slack will never do this: an error of its list, such as {@code channel_not_found}. */
    record Refused(String error) implements Answer {}

    /** No answer, or one that says Slack has trouble of its own; worth another attempt. */
    record Lost(String because) implements Answer {}

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final URI hooks;
    private final Supplier<Slack> slack;
    private final String token;

    SlackApi(SlackSettings settings, String token) {
        this.hooks = settings.hooksUrl();
        this.token = token;
        // At the first command, not at start: the client costs a third of a second.
        this.slack = new Lazy<>(() -> Slack.getInstance(config(settings.apiUrl())));
    }

    private static SlackConfig config(String apiUrl) {
        var config = new SlackConfig();
        config.setMethodsEndpointUrlPrefix(apiUrl.endsWith("/") ? apiUrl : apiUrl + "/");
        config.setHttpClientCallTimeoutMillis((int) TIMEOUT.toMillis());
        // Otherwise the client asks auth.test before the first call, and keeps threads and figures that nobody reads.
        config.setStatsEnabled(false);
        var host = URI.create(apiUrl).getHost();
        if (host != null && (host.equals("localhost") || host.startsWith("127."))) {
            config.setProxyUrl(null);
        }
        return config;
    }

    /** The client itself, for Bolt. */
    Slack slack() {
        return slack.get();
    }

    /** {@code views.open}: shows a modal. The trigger opens one, within three seconds of what the person did. */
    Answer open(String trigger, View view) {
        return answer(methods -> {
            var response = methods.viewsOpen(call -> call.triggerId(trigger).view(view));
            return result(
                    response,
                    "",
                    response.getView() == null ? "" : response.getView().getId());
        });
    }

    /** {@code conversations.open}: the direct messages with a person; the channel is what is done. */
    Answer direct(String user) {
        return answer(methods -> {
            var response = methods.conversationsOpen(call -> call.users(List.of(user)));
            return result(
                    response,
                    response.getChannel() == null ? "" : response.getChannel().getId(),
                    "");
        });
    }

    /** {@code usergroups.users.list}: who is in a user group; nothing where Slack does not say. */
    Optional<Set<String>> members(String group) {
        try {
            var response = slack.get().methods(token).usergroupsUsersList(call -> call.usergroup(group));
            if (response.isOk()) {
                return Optional.of(Set.copyOf(response.getUsers()));
            }
            LOG.warn("Slack does not say who is in group {}: {}", group, response.getError());
        } catch (SlackApiException | IOException e) {
            LOG.warn("Slack does not say who is in group {}: {}", group, e.getMessage());
        }
        return Optional.empty();
    }

    /** {@code chat.postMessage}. */
    Answer post(String channel, Message message) {
        return answer(methods -> {
            var response = methods.chatPostMessage(call -> call.channel(channel)
                    .text(message.text())
                    .blocks(message.blocks())
                    .parse("none")
                    .linkNames(false)
                    .unfurlLinks(false)
                    .unfurlMedia(false));
            return result(response, response.getChannel(), response.getTs());
        });
    }

    /** {@code chat.update}. Its own default for {@code parse} would look for mentions in the text. */
    Answer update(String channel, String ts, Message message) {
        return answer(methods -> {
            var response = methods.chatUpdate(call -> call.channel(channel)
                    .ts(ts)
                    .text(message.text())
                    .blocks(message.blocks())
                    .parse("none")
                    .linkNames(false));
            return result(response, response.getChannel(), response.getTs());
        });
    }

    /** {@code chat.postEphemeral}: only that user sees it. */
    Answer whisper(String channel, String user, Message message) {
        return answer(methods -> {
            var response = methods.chatPostEphemeral(call -> call.channel(channel)
                    .user(user)
                    .text(message.text())
                    .blocks(message.blocks())
                    .parse("none")
                    .linkNames(false));
            return result(response, channel, response.getMessageTs());
        });
    }

    /** Whether an address that came with a request is one of Slack's; everything else in it may be a stranger's. */
    boolean isHook(String responseUrl) {
        try {
            var url = URI.create(responseUrl);
            return hooks.getScheme().equals(url.getScheme())
                    && hooks.getHost().equals(url.getHost())
                    && hooks.getPort() == url.getPort()
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && Optional.ofNullable(url.getRawPath()).orElse("").startsWith(hooks.getRawPath());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Answers over a {@code response_url}: works in channels where the bot is no member, for 30 minutes and five times. */
    Answer respond(String responseUrl, Message message) {
        if (!isHook(responseUrl)) {
            return new Refused("response_url is not under " + hooks);
        }
        Map<String, Object> body = new HashMap<>();
        body.put("response_type", "ephemeral");
        body.put("replace_original", false);
        body.put("text", message.text());
        body.put("blocks", message.blocks());
        try (var response = http().postJsonBody(responseUrl, body)) {
            if (response.code() == 429) {
                return busy(response.header("Retry-After"));
            }
            return response.isSuccessful()
                    ? new Done("", "")
                    : response.code() >= 500
                            ? new Lost("status " + response.code())
                            : new Refused("status " + response.code());
        } catch (IOException e) {
            return new Lost(String.valueOf(e.getMessage()));
        }
    }

    private SlackHttpClient http() {
        return slack.get().getHttpClient();
    }

    private interface Call {
        Answer make(MethodsClient methods) throws IOException, SlackApiException;
    }

    private Answer answer(Call call) {
        try {
            return call.make(slack.get().methods(token));
        } catch (SlackApiException e) {
            var status = e.getResponse().code();
            if (status == 429) {
                return busy(e.getResponse().header("Retry-After"));
            }
            return status >= 500 ? new Lost("Slack answered with status " + status) : new Refused("status " + status);
        } catch (IOException e) {
            return new Lost(String.valueOf(e.getMessage()));
        }
    }

    private static Answer result(SlackApiTextResponse response, String channel, String ts) {
        if (response.isOk()) {
            if (response.getWarning() != null) {
                LOG.info("Slack warns: {}", response.getWarning());
            }
            return new Done(String.valueOf(channel), String.valueOf(ts));
        }
        var error = String.valueOf(response.getError());
        return switch (error) {
            case "ratelimited", "rate_limited", "message_limit_exceeded" -> busy(null);
            case "internal_error", "fatal_error", "service_unavailable", "request_timeout" -> new Lost(error);
            default -> new Refused(error);
        };
    }

    private static Answer busy(@Nullable String retryAfter) {
        var seconds = retryAfter == null || !retryAfter.matches("[0-9]{1,6}") ? 30 : Long.parseLong(retryAfter);
        var wait = Duration.ofSeconds(Math.max(1, seconds));
        return new Busy(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
    }
}
