package dev.clusterbox.pki.inventory;

import dev.clusterbox.pki.store.Database;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serial numbers that nobody has had: 128 random bits each, on disk before anybody gets them. They are written down many at a
 * time and ahead of need. Those that were not used when the process ends are never used.
 */
@Singleton
public final class SerialNumbers {

    private static final Logger LOG = LoggerFactory.getLogger(SerialNumbers.class);

    private static final int BITS = 128;
    private static final int AT_ONCE = 256;
    /** When so few are left, more are written down. */
    private static final int FEW = AT_ONCE / 2;

    private final Database database;
    private final SecureRandom random;
    private final InstantSource clock;

    private final Queue<BigInteger> stock = new ConcurrentLinkedQueue<>();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicBoolean isFilling = new AtomicBoolean();
    private final ReentrantLock empty = new ReentrantLock();

    SerialNumbers(Database database, SecureRandom random, InstantSource clock) {
        this.database = database;
        this.random = random;
        this.clock = clock;
    }

    /** Not to be called inside a transaction: it may have to wait for one. */
    public BigInteger next() {
        var serial = stock.poll();
        while (serial == null) {
            empty.lock();
            try {
                if (stock.isEmpty()) {
                    fill();
                }
            } finally {
                empty.unlock();
            }
            serial = stock.poll();
        }
        if (left.decrementAndGet() < FEW && isFilling.compareAndSet(false, true)) {
            Thread.ofVirtual().name("serial-numbers").start(this::fillAhead);
        }
        return serial;
    }

    private void fillAhead() {
        try {
            fill();
        } catch (RuntimeException e) {
            LOG.warn("no serial numbers could be written down ahead: {}", e.getMessage());
        } finally {
            isFilling.set(false);
        }
    }

    private void fill() {
        var serials = IntStream.range(0, AT_ONCE).mapToObj(_ -> random()).toList();
        var text = serials.stream().map(SerialNumber::text).collect(Collectors.joining("\n"));
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        database.write(connection -> {
            try (var insert = connection.prepareStatement("INSERT INTO reserved_serials (seq, reserved_at, serials)"
                    + " VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM reserved_serials), ?, ?)")) {
                insert.setString(1, now);
                insert.setString(2, text);
                return insert.executeUpdate();
            }
        });
        left.addAndGet(AT_ONCE);
        stock.addAll(serials);
    }

    /** RFC 5280, 4.1.2.2: positive, at most 20 octets; CA/Browser Forum Baseline Requirements, 7.1: 64 random bits at least. */
    private BigInteger random() {
        var serial = BigInteger.ZERO;
        while (serial.bitLength() <= BITS / 2) {
            serial = new BigInteger(BITS, random);
        }
        return serial;
    }
}
