package dev.clusterbox.slack;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells Slack's requests from all others: {@code v0} signatures over the timestamp and the raw body. Unlike the verifier
 * of Slack's SDK it compares in constant time, refuses timestamps from the future, and takes each request once.
 *
 * @see <a href="https://docs.slack.dev/authentication/verifying-requests-from-slack">Verifying requests from Slack</a>
 */
final class Signature {

    static final String HEADER = "X-Slack-Signature";
    static final String TIMESTAMP_HEADER = "X-Slack-Request-Timestamp";

    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final Pattern SIGNATURE = Pattern.compile("v0=(?<digest>[0-9a-f]{64})");
    private static final Pattern TIMESTAMP = Pattern.compile("[0-9]{1,11}");

    private final SecretKeySpec secret;
    private final InstantSource clock;
    private final Instant notBefore;
    private final Seen seen;

    /** A new process has seen nothing, so it takes nothing that was signed before it began. */
    Signature(String secret, InstantSource clock) {
        this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
        this.clock = clock;
        this.notBefore = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        this.seen = new Seen(clock);
    }

    /** A body that Slack has signed, just now and for the first time. There is no other way to get one. */
    static final class Signed {

        private final byte[] body;

        private Signed(byte[] body) {
            this.body = body.clone();
        }

        byte[] body() {
            return body.clone();
        }
    }

    /**
     * Checks a request.
     *
     * @param timestamps all values of the header {@value #TIMESTAMP_HEADER}; likewise the signatures
     * @throws dev.clusterbox.problem.ProblemException with {@link Code#UNAUTHENTICATED}; it never says what would be right
     */
    Signed verify(List<String> timestamps, List<String> signatures, byte[] body) {
        if (timestamps.size() != 1 || signatures.size() != 1) {
            throw refused("a request has one %s and one %s".formatted(TIMESTAMP_HEADER, HEADER));
        }
        var sent = TIMESTAMP.matcher(timestamps.getFirst());
        var signature = SIGNATURE.matcher(signatures.getFirst());
        if (!sent.matches() || !signature.matches()) {
            throw refused("timestamp or signature is malformed");
        }
        var digest = digest(timestamps.getFirst(), body);
        if (!MessageDigest.isEqual(digest, HexFormat.of().parseHex(signature.group("digest")))) {
            throw refused("the signature does not fit");
        }
        var at = Instant.ofEpochSecond(Long.parseLong(timestamps.getFirst()));
        var off = Duration.between(at, clock.instant());
        if (off.abs().compareTo(WINDOW) > 0) {
            throw refused("signed %d s %s (expected: within 300 s of now); is the clock right?"
                    .formatted(off.abs().toSeconds(), off.isNegative() ? "in the future" : "ago"));
        }
        if (at.isBefore(notBefore)) {
            throw refused("signed before this service was started; type the command again");
        }
        if (!seen.isNew(HexFormat.of().formatHex(digest), at.plus(WINDOW).plusSeconds(1))) {
            throw refused("this request was here before");
        }
        return new Signed(body);
    }

    private byte[] digest(String timestamp, byte[] body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            mac.update(("v0:" + timestamp + ":").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RuntimeException refused(String why) {
        return new Problem(Code.UNAUTHENTICATED, "not a request of Slack's: " + why, "").asException();
    }
}
