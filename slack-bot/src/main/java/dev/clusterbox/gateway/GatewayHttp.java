package dev.clusterbox.gateway;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.rest.TokenFile;
import io.micronaut.core.type.Argument;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** HTTP to the gateway: the address, the token, the limits, and problems out of whatever goes wrong. */
final class GatewayHttp {

    /** A cluster of a thousand machines is far below. */
    private static final int LARGEST_ANSWER = 4 << 20;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final GatewaySettings settings;
    private final ObjectMapper json;
    private final OkHttpClient client;

    GatewayHttp(GatewaySettings settings, ObjectMapper json) {
        this.settings = settings;
        this.json = json;
        // No proxy and no redirects: the token is for the configured address only.
        this.client = new OkHttpClient.Builder()
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                .connectTimeout(settings.timeout())
                .callTimeout(settings.timeout())
                .build();
    }

    /** A request to a path of the gateway, with the bot's token. */
    Request.Builder request(String... segments) {
        var base = HttpUrl.get(settings.url());
        if (base == null) {
            throw new IllegalStateException(
                    "clusterbox.gateway.url: %s (expected: an http or https address)".formatted(settings.url()));
        }
        var url = base.newBuilder().addPathSegment("v1");
        for (var segment : segments) {
            url.addPathSegment(segment);
        }
        return new Request.Builder().url(url.build()).header("Authorization", "Bearer " + token());
    }

    /**
     * Sends a request that may be sent again, until it is answered or patience is over.
     *
     * @throws dev.clusterbox.problem.ProblemException if the gateway refuses, or does not answer
     */
    <T> T send(Request request, Class<T> type) throws InterruptedException {
        return send(request, Optional.of(type)).orElseThrow();
    }

    private <T> Optional<T> send(Request request, Optional<Class<T>> type) throws InterruptedException {
        var giveUp = System.nanoTime() + settings.patience().toNanos();
        var pause = FIRST_PAUSE;
        while (true) {
            Problem problem;
            try (var response = client.newCall(request).execute()) {
                if (response.isSuccessful()) {
                    return type.isEmpty() ? Optional.empty() : Optional.of(read(response, type.get()));
                }
                problem = problem(response);
            } catch (IOException e) {
                problem = noAnswer(e);
            }
            if (problem.code() != Code.UNAVAILABLE || System.nanoTime() + pause.toNanos() > giveUp) {
                throw problem.asException();
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** The same for a request whose answer says nothing. */
    void send(Request request) throws InterruptedException {
        send(request, Optional.empty());
    }

    /** Opens a stream. It may last for hours, but not be silent for long. */
    Response open(Request request) throws IOException {
        return client.newBuilder()
                .callTimeout(Duration.ZERO)
                .readTimeout(settings.quiet())
                .build()
                .newCall(request)
                .execute();
    }

    /** What the gateway says of the bot's own token is no news for the person who asked. */
    Problem problem(Response response) throws IOException {
        if (response.code() == 401) {
            return Problem.failed(
                    "the gateway does not know the bot",
                    "clusterbox.gateway.token-file must be the gateway's own tokens/slack-bot.token");
        }
        var text = new String(bytes(response), StandardCharsets.UTF_8);
        var known = response.header("Content-Type", "").startsWith("application/problem+json") ? parsed(text) : null;
        if (known != null) {
            return known.problem();
        }
        var code = response.code() == 503 ? Code.UNAVAILABLE : Code.FAILED;
        return new Problem(
                code, "the gateway answered with status " + response.code(), "look into the log of the gateway");
    }

    <T> T parse(String text, Class<T> type) throws IOException {
        var value = json.readValue(text, Argument.of(type));
        if (value == null) {
            throw new IOException("null in place of a " + type.getSimpleName());
        }
        return value;
    }

    private <T> T read(Response response, Class<T> type) throws IOException {
        var text = new String(bytes(response), StandardCharsets.UTF_8);
        try {
            return parse(text, type);
        } catch (IOException e) {
            throw Problem.failed("the gateway's answer is not understood: " + e.getMessage(), "is it another version?")
                    .asException();
        }
    }

    private @Nullable SentProblem parsed(String text) {
        try {
            return parse(text, SentProblem.class);
        } catch (IOException e) {
            return null;
        }
    }

    private static byte[] bytes(Response response) throws IOException {
        var body = response.body();
        if (body == null) {
            return new byte[0];
        }
        var bytes = body.byteStream().readNBytes(LARGEST_ANSWER + 1);
        if (bytes.length > LARGEST_ANSWER) {
            throw Problem.failed("the gateway's answer is larger than %d bytes".formatted(LARGEST_ANSWER), "")
                    .asException();
        }
        return bytes;
    }

    static Problem noAnswer(IOException e) {
        var reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return Problem.unavailable(
                "the gateway does not answer: " + reason, "run './clusterbox services status' where it should run");
    }

    private String token() {
        if (settings.tokenFile().isEmpty()) {
            throw Problem.failed(
                            "the bot has no token for the gateway",
                            "set clusterbox.gateway.token-file and start slack-bot again")
                    .asException();
        }
        try {
            return TokenFile.read(Path.of(settings.tokenFile()));
        } catch (IllegalStateException e) {
            throw Problem.unavailable(
                            "the bot's token for the gateway cannot be read",
                            "is the gateway running? It makes the file: " + e.getMessage())
                    .asException();
        }
    }
}
