package dev.clusterbox.pki.ocsp;

import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.CertificateRecord.Revocation;
import dev.clusterbox.pki.ocsp.OcspWriter.Single;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ocsp.CertID;

/**
 * Responses that were signed and are good for the next who asks the same. What they say is part of what they are found by, so
 * there is nothing to be invalidated.
 */
final class KeptAnswers {

    /** A response has about one kilobyte. */
    private static final int MOST = 4000;

    private final Map<Key, OcspAnswer> answers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, OcspAnswer> eldest) {
            return size() > MOST;
        }
    };

    synchronized Optional<OcspAnswer> find(Single single, Instant now) {
        return Optional.ofNullable(answers.get(Key.of(single)))
                .filter(answer -> answer.lifetime()
                        .filter(life -> now.isBefore(life.renewedAt()) && !now.isBefore(life.thisUpdate()))
                        .isPresent());
    }

    synchronized void keep(Single single, OcspAnswer answer) {
        if (answer.lifetime().isPresent()) {
            answers.put(Key.of(single), answer);
        }
    }

    private record Key(CertID asked, Optional<Revocation> revocation) {

        static Key of(Single single) {
            return new Key(single.asked(), single.certificate().flatMap(CertificateRecord::revocation));
        }
    }
}
