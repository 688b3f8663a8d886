package dev.clusterbox.problem;

/**
 * What went wrong, in words for the person who asked, and what that person can do about it.
 *
 * @param hint what to do; empty where the message says it all
 */
public record Problem(Code code, String message, String hint) {

    /** What kind of problem it is: what a program may decide by. */
    public enum Code {
        /** What was asked for cannot be right, whenever it is asked. */
        INVALID(400, "Not valid"),
        /** The caller did not say who it is. */
        UNAUTHENTICATED(401, "Not authenticated"),
        /** The caller may not do this. */
        FORBIDDEN(403, "Not allowed"),
        NOT_FOUND(404, "Not found"),
        /** It contradicts what is there, or what is under way. */
        CONFLICT(409, "Conflict"),
        TOO_LARGE(413, "Too large"),
        /** More requests than the caller's token allows. */
        TOO_MANY(429, "Too many requests"),
        /** It may work later, unchanged. */
        UNAVAILABLE(503, "Not available"),
        TIMED_OUT(504, "Timed out"),
        FAILED(500, "Failed");

        private final int status;
        private final String title;

        Code(int status, String title) {
            this.status = status;
            this.title = title;
        }

        /** The HTTP status that carries it (RFC 9110). */
        public int status() {
            return status;
        }

        public String title() {
            return title;
        }

        /** The stable problem type of RFC 9457. */
        public String type() {
            return "urn:clusterbox:problem:"
                    + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    public static Problem invalid(String message, String hint) {
        return new Problem(Code.INVALID, message, hint);
    }

    public static Problem notFound(String message) {
        return new Problem(Code.NOT_FOUND, message, "");
    }

    public static Problem conflict(String message, String hint) {
        return new Problem(Code.CONFLICT, message, hint);
    }

    public static Problem unavailable(String message, String hint) {
        return new Problem(Code.UNAVAILABLE, message, hint);
    }

    public static Problem failed(String message, String hint) {
        return new Problem(Code.FAILED, message, hint);
    }

    /**
     * What the user sees of a bug. What we need to see is in the log, under the same id.
     *
     * @param id names the line of the log that has the stack
     */
    public static Problem bug(String service, String id) {
        return new Problem(
                Code.FAILED, "internal error " + id, "look for '%s' in the log of %s".formatted(id, service));
    }

    public ProblemException asException() {
        return new ProblemException(this);
    }

    /** The message, and the hint where there is one, as one line for logs and terminals. */
    @Override
    public String toString() {
        return hint.isEmpty() ? message : message + " (" + hint + ")";
    }
}
