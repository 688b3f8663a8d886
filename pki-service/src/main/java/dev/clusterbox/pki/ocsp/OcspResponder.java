package dev.clusterbox.pki.ocsp;

import dev.clusterbox.pki.authority.Responders;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.Leaves;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.pki.ocsp.OcspAnswer.Lifetime;
import dev.clusterbox.pki.ocsp.OcspQuery.MalformedQuery;
import dev.clusterbox.pki.ocsp.OcspWriter.Failure;
import dev.clusterbox.pki.ocsp.OcspWriter.Single;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ocsp.CertID;

/**
 * From an OCSP request to the response. The database is asked each time; what is kept is the signature over what it said, so
 * that a revocation shows in the next response.
 */
@Context
final class OcspResponder {

    private static final Duration SHORTEST = Duration.ofMinutes(10);
    /** The certificate of the responder has to live longer. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Authorities authorities;
    private final Leaves leaves;
    private final Responders responders;
    private final InstantSource clock;
    private final Duration lifetime;
    private final KeptAnswers kept = new KeptAnswers();

    OcspResponder(
            Authorities authorities,
            Leaves leaves,
            Responders responders,
            InstantSource clock,
            @Value("${clusterbox.pki.ocsp-lifetime}") Duration lifetime) {
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            throw new IllegalStateException(
                    "clusterbox.pki.ocsp-lifetime: %s (expected: %s to %s)".formatted(lifetime, SHORTEST, LONGEST));
        }
        this.authorities = authorities;
        this.leaves = leaves;
        this.responders = responders;
        this.clock = clock;
        this.lifetime = lifetime;
    }

    /** @param name of the authority that is asked */
    OcspAnswer answer(String name, byte[] request) {
        OcspQuery query;
        try {
            query = OcspQuery.parse(request);
        } catch (MalformedQuery e) {
            return failure(Failure.MALFORMED_REQUEST);
        }
        var generation = issuer(name, query.certificates());
        return generation.isPresent() ? answer(generation.get(), query) : failure(Failure.UNAUTHORIZED);
    }

    static OcspAnswer failure(Failure failure) {
        return new OcspAnswer(OcspWriter.failure(failure), Optional.empty());
    }

    /** The one generation that all are of. Of others we may not speak. */
    private Optional<AuthorityRecord> issuer(String name, List<CertID> certificates) {
        return authorities.generations(name).stream()
                .filter(generation -> certificates.stream().allMatch(asked -> IssuerMatch.is(asked, generation)))
                .findFirst();
    }

    private OcspAnswer answer(AuthorityRecord generation, OcspQuery query) {
        var singles = query.certificates().stream()
                .map(asked -> new Single(asked, leaf(generation, asked)))
                .toList();
        // An answer that nobody else will ask for, or to a made-up number, is not worth keeping.
        boolean keeps = singles.size() == 1
                && query.nonce().isEmpty()
                && singles.getFirst().certificate().isPresent();
        if (!keeps) {
            return sign(generation, singles, query, Optional.empty());
        }
        var now = clock.instant();
        var there = generation.isTrusted() ? kept.find(singles.getFirst(), now) : Optional.<OcspAnswer>empty();
        return there.orElseGet(() -> {
            var signedAt = now.truncatedTo(ChronoUnit.SECONDS);
            var life = new Lifetime(signedAt, signedAt.plus(lifetime.dividedBy(2)), signedAt.plus(lifetime));
            var signed = sign(generation, singles, query, Optional.of(life));
            kept.keep(singles.getFirst(), signed);
            return signed;
        });
    }

    private Optional<CertificateRecord> leaf(AuthorityRecord generation, CertID asked) {
        var serial = asked.getSerialNumber().getValue();
        return serial.signum() < 0 ? Optional.empty() : leaves.find(generation, SerialNumber.text(serial));
    }

    /** Without a key, because the generation is retired, we may not speak either (RFC 5019, 2.2.3). */
    private OcspAnswer sign(
            AuthorityRecord generation, List<Single> singles, OcspQuery query, Optional<Lifetime> life) {
        var responder = responders.of(generation);
        if (responder.isEmpty()) {
            return failure(Failure.UNAUTHORIZED);
        }
        var thisUpdate =
                life.map(Lifetime::thisUpdate).orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS));
        var der = OcspWriter.answer(responder.get(), singles, query.nonce(), thisUpdate, thisUpdate.plus(lifetime));
        return new OcspAnswer(der, life);
    }
}
