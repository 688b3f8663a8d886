package dev.clusterbox.kubernetes;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.function.Supplier;

/** Calls to a cluster's API, whose failures are problems with a sentence. */
final class Api {

    private static final int LONGEST_TEXT = 1_000;
    private static final int UNPROCESSABLE = 422;
    private static final int TOO_MANY = 429;

    /** What the library takes for the status where there is none. */
    private static final int NO_ANSWER = -1;

    private Api() {}

    /**
     * @param what what was being done: "list nodes"
     * @throws ProblemException if the API refuses it or does not answer
     */
    static <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            throw new ProblemException(problem(what, e), e);
        }
    }

    static Problem problem(String what, KubernetesClientException e) {
        var code = code(e.getCode());
        return new Problem(
                code,
                "%s: %s".formatted(what, reason(e)),
                code == Code.UNAVAILABLE
                        ? "'./clusterbox status' shows whether load balancer and controllers run"
                        : "");
    }

    /** What the API said, or why it said nothing. */
    static String reason(KubernetesClientException e) {
        var said = Optional.ofNullable(e.getStatus()).map(Status::getMessage).filter(text -> !text.isBlank());
        return shown(said.orElseGet(() -> "the API does not answer: " + root(e)));
    }

    /** The innermost cause that has words of its own. */
    private static String root(Throwable e) {
        var words = e.getClass().getSimpleName();
        for (var cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return "no connection";
            }
            var message = cause.getMessage();
            words = message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
        }
        return words;
    }

    private static Code code(int status) {
        return switch (status) {
            case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE -> Code.INVALID;
            case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN -> Code.FORBIDDEN;
            case HttpURLConnection.HTTP_NOT_FOUND -> Code.NOT_FOUND;
            case HttpURLConnection.HTTP_CONFLICT -> Code.CONFLICT;
            case HttpURLConnection.HTTP_GATEWAY_TIMEOUT -> Code.TIMED_OUT;
            case NO_ANSWER, TOO_MANY, HttpURLConnection.HTTP_UNAVAILABLE -> Code.UNAVAILABLE;
            default -> Code.FAILED;
        };
    }

    /** What a cluster says goes to logs and terminals: no line of its own making, no escape sequence, no endless text. */
    static String shown(String text) {
        var plain = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return plain.length() > LONGEST_TEXT ? plain.substring(0, LONGEST_TEXT) + "…" : plain;
    }
}
