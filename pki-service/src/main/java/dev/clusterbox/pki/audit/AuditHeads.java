package dev.clusterbox.pki.audit;

import dev.clusterbox.pki.keystore.KeyFolder;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs, once a second while there is something new and at the end, how far the audit log went, into a file that is kept apart from the database. What
 * was cut off shows as soon as there is a head that knows it: only entries younger than a second can go unseen.
 */
@Context
final class AuditHeads {

    private static final Logger LOG = LoggerFactory.getLogger(AuditHeads.class);

    private final AuditLog log;
    private final HeadKey key;
    private final Path file;
    private final Path publicKey;
    private final InstantSource clock;
    private Optional<AuditHead> last = Optional.empty();
    private boolean ended;

    AuditHeads(
            AuditLog log,
            KeyFolder keys,
            @Value("${clusterbox.state}") String state,
            @Value("${clusterbox.pki.audit-head-file}") String file,
            InstantSource clock) {
        this.log = log;
        this.file = Path.of(file);
        this.publicKey = Path.of(state, "audit.pub");
        this.key = HeadKey.of(keys, publicKey);
        this.clock = clock;
    }

    @PostConstruct
    void compare() {
        if (Files.exists(file)) {
            try {
                last = Optional.of(SignedHead.read(file).verified(HeadKey.readPublic(publicKey)));
            } catch (IOException | IllegalArgumentException e) {
                mismatch("the head of the audit log cannot be read: " + e.getMessage());
            }
        }
        sign();
    }

    /** Nothing looks into the database after it: whoever did while it is closed would leave its journal behind. */
    @PreDestroy
    synchronized void end() {
        sign();
        ended = true;
    }

    @Scheduled(fixedDelay = "1s")
    synchronized void sign() {
        if (ended) {
            return;
        }
        if (last.isPresent() && !log.has(last.get())) {
            mismatch("the audit log ended at row %d, which is not there as it was"
                    .formatted(last.get().seq()));
        }
        var now = log.head(clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        if (last.isEmpty() || now.seq() != last.get().seq()) {
            write(now);
            last = Optional.of(now);
        }
    }

    /** The text of the file: what it says and the signature. */
    synchronized String text() {
        sign();
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(AuditHead head) {
        HeadKey.write(
                file, head.text() + "signature " + Base64.getEncoder().encodeToString(key.sign(head.bytes())) + "\n");
    }

    /** The old head is evidence: it is kept, and the log says from now on that there was one. */
    private void mismatch(String reason) {
        LOG.error("{}: has the database been changed, or brought back from a backup?", reason);
        try {
            var kept = file.resolveSibling("%s.%d".formatted(file.getFileName(), clock.millis()));
            Files.move(file, kept);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        last = Optional.empty();
        log.append(new AuditEntry(AuditEvent.HEAD_LOST, "pki-service", "", "", "", "", "", "", reason));
    }
}
