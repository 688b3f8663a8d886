package dev.clusterbox.problem;

import dev.clusterbox.problem.Problem.Code;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;

/** A {@link Problem} as a gRPC status and back. The only class that knows both. */
public final class Problems {

    private static final Metadata.Key<byte[]> CODE =
            Metadata.Key.of("clusterbox-problem-bin", Metadata.BINARY_BYTE_MARSHALLER);
    private static final Metadata.Key<byte[]> HINT =
            Metadata.Key.of("clusterbox-hint-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private Problems() {}

    public static StatusRuntimeException toStatus(Problem problem) {
        var trailers = new Metadata();
        trailers.put(CODE, problem.code().name().getBytes(StandardCharsets.UTF_8));
        trailers.put(HINT, problem.hint().getBytes(StandardCharsets.UTF_8));
        return statusOf(problem.code()).withDescription(problem.message()).asRuntimeException(trailers);
    }

    /** Returns what the other side meant; a status that no peer of ours made is translated as well as it goes. */
    public static Problem fromStatus(StatusRuntimeException e) {
        var status = e.getStatus();
        var message = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        var trailers = e.getTrailers();
        var code = trailers == null ? null : trailers.get(CODE);
        if (trailers == null || code == null) {
            return new Problem(codeOf(status), message, "");
        }
        var hint = trailers.get(HINT);
        return new Problem(
                known(new String(code, StandardCharsets.UTF_8), status),
                message,
                hint == null ? "" : new String(hint, StandardCharsets.UTF_8));
    }

    private static Code known(String name, Status status) {
        for (var code : Code.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return codeOf(status);
    }

    private static Status statusOf(Code code) {
        return switch (code) {
            case INVALID, TOO_LARGE -> Status.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case FORBIDDEN -> Status.PERMISSION_DENIED;
            case NOT_FOUND -> Status.NOT_FOUND;
            case TOO_MANY -> Status.RESOURCE_EXHAUSTED;
            case CONFLICT -> Status.FAILED_PRECONDITION;
            case UNAVAILABLE -> Status.UNAVAILABLE;
            case TIMED_OUT -> Status.DEADLINE_EXCEEDED;
            case FAILED -> Status.INTERNAL;
        };
    }

    private static Code codeOf(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> Code.INVALID;
            case UNAUTHENTICATED -> Code.UNAUTHENTICATED;
            case PERMISSION_DENIED -> Code.FORBIDDEN;
            case NOT_FOUND -> Code.NOT_FOUND;
            case FAILED_PRECONDITION, ALREADY_EXISTS, ABORTED -> Code.CONFLICT;
            case RESOURCE_EXHAUSTED -> Code.TOO_MANY;
            case UNAVAILABLE, CANCELLED -> Code.UNAVAILABLE;
            case DEADLINE_EXCEEDED -> Code.TIMED_OUT;
            case OK, UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS -> Code.FAILED;
        };
    }
}
