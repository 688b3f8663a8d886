package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.encoding.Pem;
import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.pki.inventory.SerialNumbers;
import dev.clusterbox.pki.keystore.AuthorityKeys;
import dev.clusterbox.pki.keystore.TokenTrouble;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.x500.style.RFC4519Style;
import org.bouncycastle.cert.X509CertificateHolder;

/** Makes the key and the certificate of an authority, and puts both together again later. */
@Singleton
final class NewAuthority {

    /** Ten years, leap days included. */
    private static final Duration VALIDITY = Duration.ofDays(3652);

    private final AuthorityKeys keys;
    private final SerialNumbers serials;
    private final SecureRandom random;
    private final InstantSource clock;

    NewAuthority(AuthorityKeys keys, SerialNumbers serials, SecureRandom random, InstantSource clock) {
        this.keys = keys;
        this.serials = serials;
        this.random = random;
        this.clock = clock;
    }

    /** @param generation 1 for the first of this name */
    CertificateAuthority make(AuthorityName name, AuthorityKeyType keyType, int generation, String by) {
        var pair = keyType.generate(keys, random);
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var notBefore = now.minus(Validity.SKEW);
        var subject = AuthorityCertificates.authorityName(name, generation);
        var serial = serials.next();
        var certificate =
                AuthorityCertificates.authority(subject, pair, keyType, serial, notBefore, now.plus(VALIDITY));
        var id = new byte[16];
        random.nextBytes(id);
        var record = new AuthorityRecord(
                HexFormat.of().formatHex(id),
                name.toString(),
                text(certificate),
                SerialNumber.text(serial),
                Pem.certificate(Der.of(certificate)),
                notBefore,
                now.plus(VALIDITY),
                Sha256.hex(Der.of(certificate)),
                by,
                now,
                keyType.toString(),
                generation,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new CertificateAuthority(record, certificate, pair.getPrivate());
    }

    /** Makes sure that the key belongs to the certificate: files can be mixed up. */
    CertificateAuthority open(AuthorityRecord record, PrivateKey key) {
        var certificate = Pem.certificate(record.certificate());
        if (!belongs(key, certificate, AuthorityKeyType.parse(record.keyType()))) {
            throw new ProblemException(Problem.failed(
                    "the key file of the authority %s holds another key".formatted(record.name()),
                    "bring it back from a backup"));
        }
        return new CertificateAuthority(record, certificate, key);
    }

    private boolean belongs(PrivateKey key, X509CertificateHolder certificate, AuthorityKeyType type) {
        try {
            var info = certificate.getSubjectPublicKeyInfo();
            var publicKey =
                    KeyFactory.getInstance(type.algorithm()).generatePublic(new X509EncodedKeySpec(info.getEncoded()));
            var probe = new byte[32];
            random.nextBytes(probe);
            var signature = Signature.getInstance(type.signature());
            signature.initSign(key);
            signature.update(probe);
            var signed = signature.sign();
            var verifier = Signature.getInstance(type.signature());
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signed);
        } catch (GeneralSecurityException | ProviderException e) {
            if (TokenTrouble.isCauseOf(e)) {
                throw TokenTrouble.problem(e);
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** RFC 4514, with the capitals that people write. */
    private static String text(X509CertificateHolder certificate) {
        var text = new StringBuilder();
        var rdns = certificate.getSubject().getRDNs();
        for (int i = rdns.length - 1; i >= 0; i--) {
            var attribute = rdns[i].getFirst();
            text.append(text.isEmpty() ? "" : ",")
                    .append(RFC4519Style.INSTANCE
                            .oidToDisplayName(attribute.getType())
                            .toUpperCase(java.util.Locale.ROOT))
                    .append('=')
                    .append(attribute.getValue());
        }
        return text.toString();
    }
}
