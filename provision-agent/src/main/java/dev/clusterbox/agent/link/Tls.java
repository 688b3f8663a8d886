package dev.clusterbox.agent.link;

import dev.clusterbox.agent.identity.Identity;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Whom the agent trusts, and how it proves who it is. */
final class Tls {

    private Tls() {}

    /** Before there is a certificate: trusts the seed's authority and nobody else. */
    static ChannelCredentials trusting(X509Certificate authority) {
        return TlsChannelCredentials.newBuilder()
                .trustManager(trustManagers(authority))
                .build();
    }

    static ChannelCredentials of(Identity identity) {
        return TlsChannelCredentials.newBuilder()
                .trustManager(trustManagers(identity.authority()))
                .keyManager(new OneKey(identity))
                .build();
    }

    private static TrustManager[] trustManagers(X509Certificate authority) {
        try {
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("installation", authority);
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every Java has PKIX", e);
        }
    }

    /** A key store would encrypt the key under a password first, ten thousand rounds of it, to no use in memory. */
    private static final class OneKey extends X509ExtendedKeyManager {

        private static final String ALIAS = "agent";

        private final Identity identity;

        OneKey(Identity identity) {
            this.identity = identity;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return identity.chain().certificates().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return identity.key().key();
        }
    }
}
