package dev.clusterbox.pki.lint;

import dev.clusterbox.pki.authority.CertificateAuthority;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which signatures are verified just after they were made. To verify one on an elliptic curve takes three times as long as to make
 * it, so under load it is one in each interval; with less to do, all of them are verified. Those with RSA always: there it is
 * cheap, and a wrong one would give the key away (Boneh, DeMillo, Lipton 1997).
 */
@Singleton
public final class SignatureChecks {

    private static final long NEVER = Long.MIN_VALUE;

    private final long interval;
    /** When one was last verified, by the authority's fingerprint; once there was a wrong one, all are. */
    private final Map<String, AtomicLong> last = new ConcurrentHashMap<>();

    /** @param interval zero for all */
    public SignatureChecks(@Value("${clusterbox.pki.signature-check-interval}") Duration interval) {
        if (interval.isNegative() || interval.compareTo(Duration.ofSeconds(1)) > 0) {
            throw new IllegalStateException(
                    "clusterbox.pki.signature-check-interval: %s (expected: 0s to 1s)".formatted(interval));
        }
        this.interval = interval.toNanos();
    }

    /** Of several who ask at once, one is told. */
    boolean isDue(CertificateAuthority authority) {
        return switch (authority.keyType()) {
            case RSA_2048, RSA_3072, RSA_4096 -> true;
            case EC_P256, EC_P384, ED25519 -> isTime(lastOf(authority));
        };
    }

    private boolean isTime(AtomicLong at) {
        long now = System.nanoTime();
        long before = at.get();
        return before == NEVER || (now - before >= interval && at.compareAndSet(before, now)) || interval == 0;
    }

    /** From now on all signatures of this authority are verified, until the service is started again. */
    void suspect(CertificateAuthority authority) {
        lastOf(authority).set(NEVER);
    }

    private AtomicLong lastOf(CertificateAuthority authority) {
        return last.computeIfAbsent(
                authority.record().fingerprint(), _ -> new AtomicLong(System.nanoTime() - interval));
    }
}
