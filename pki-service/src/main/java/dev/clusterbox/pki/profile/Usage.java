package dev.clusterbox.pki.profile;

import java.util.Locale;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** What a certificate is for in TLS. */
public enum Usage {
    SERVER,
    CLIENT;

    public KeyPurposeId purpose() {
        return switch (this) {
            case SERVER -> KeyPurposeId.id_kp_serverAuth;
            case CLIENT -> KeyPurposeId.id_kp_clientAuth;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
