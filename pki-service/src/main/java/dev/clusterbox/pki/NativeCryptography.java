package dev.clusterbox.pki;

import java.security.Provider;
import java.security.Security;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Amazon's Corretto Crypto Provider, which signs on P-256 six times as fast as the JDK. Where there is none for the platform, or its library cannot be
 * loaded, the JDK's providers do the same.
 */
final class NativeCryptography {

    private static final Logger LOG = LoggerFactory.getLogger(NativeCryptography.class);
    private static final String NAME = "AmazonCorrettoCryptoProvider";

    private NativeCryptography() {}

    /** For the whole process. Once is enough; more often does nothing. */
    static synchronized void install() {
        if (Security.getProvider(NAME) != null) {
            return;
        }
        try {
            ServiceLoader.load(Provider.class).stream()
                    .filter(it -> it.type().getSimpleName().equals(NAME))
                    .findFirst()
                    .ifPresentOrElse(
                            it -> Security.insertProviderAt(it.get(), 1),
                            () -> LOG.info("cryptography: the JDK's own; there is no native one for this platform"));
        } catch (ServiceConfigurationError | LinkageError e) {
            LOG.warn("cryptography: the JDK's own; the native one does not load: {}", e.toString());
        }
    }
}
