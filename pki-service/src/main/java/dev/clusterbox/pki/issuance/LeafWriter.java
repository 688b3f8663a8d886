package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.authority.PublicAddresses;
import dev.clusterbox.pki.profile.Profile.Approved;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.time.Instant;
import org.bouncycastle.cert.X509CertificateHolder;

/** Writes and signs the certificate of a leaf. */
@FunctionalInterface
public interface LeafWriter {

    X509CertificateHolder leaf(
            CertificateAuthority authority, Approved approved, BigInteger serial, Instant notBefore, Instant notAfter);

    /** What is used outside of tests. */
    @Factory
    final class Writers {

        @Singleton
        LeafWriter leafWriter(PublicAddresses addresses) {
            return (authority, approved, serial, notBefore, notAfter) ->
                    CertificateWriter.leaf(authority, approved, addresses, serial, notBefore, notAfter);
        }
    }
}
