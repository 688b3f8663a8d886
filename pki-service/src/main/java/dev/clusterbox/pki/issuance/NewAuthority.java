package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
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

    private final SecureRandom random;
    private final InstantSource clock;

    NewAuthority(SecureRandom random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    /** @param generation 1 for the first of this name */
    CertificateAuthority make(AuthorityName name, AuthorityKeyType keyType, int generation, String by) {
        var keys = keyType.generate(random);
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var notBefore = now.minus(Issuer.SKEW);
        var subject = CertificateWriter.authorityName(name, generation);
        var serial = Issuer.serial(random);
        var certificate = CertificateWriter.authority(subject, keys, keyType, serial, notBefore, now.plus(VALIDITY));
        var id = new byte[16];
        random.nextBytes(id);
        var record = new AuthorityRecord(
                HexFormat.of().formatHex(id),
                name.toString(),
                text(certificate),
                SerialNumber.text(serial),
                Pem.certificate(Issuer.encoded(certificate)),
                notBefore,
                now.plus(VALIDITY),
                Issuer.fingerprint(Issuer.encoded(certificate)),
                by,
                now,
                keyType.toString(),
                generation,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new CertificateAuthority(record, certificate, keys.getPrivate());
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
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
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
