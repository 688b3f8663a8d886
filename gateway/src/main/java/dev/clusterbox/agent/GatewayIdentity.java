package dev.clusterbox.agent;

import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Identity;
import dev.clusterbox.storage.StateFolder;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key and certificate by which agents know this gateway, and the installation authority. Kept on disk, so that a gateway
 * that starts needs no pki-service to speak with its agents.
 */
@Singleton
public final class GatewayIdentity {

    /** The name that agents check, whatever address they reach it by. */
    public static final String SERVER_NAME = "gateway.clusterbox.internal";

    private static final Logger LOG = LoggerFactory.getLogger(GatewayIdentity.class);

    private static final String AUTHORITY_FILE = "identity/installation.pem";
    private static final String FILE = "identity/gateway.pem";

    private final StateFolder folder;
    private final PkiClient pki;
    private final InstantSource clock;

    /** @param chain the gateway's certificate first */
    record Credentials(PrivateKey key, List<X509Certificate> chain) {}

    GatewayIdentity(StateFolder folder, PkiClient pki, InstantSource clock) {
        this.folder = folder;
        this.pki = pki;
        this.clock = clock;
    }

    /** The installation authority's certificate, PEM, made if this is the first time. */
    public synchronized String authorityPem() throws InterruptedException {
        if (!Files.exists(folder.resolve(AUTHORITY_FILE))) {
            folder.writeSecret(AUTHORITY_FILE, pki.authority("installation").certificate());
        }
        return read(AUTHORITY_FILE);
    }

    /** The installation authority that {@link #authorityPem} has fetched. */
    synchronized X509Certificate authority() throws CertificateException {
        return certificates(read(AUTHORITY_FILE)).getFirst();
    }

    /** What the gateway shows to agents; made or renewed first where that is due. */
    synchronized Credentials credentials() throws InterruptedException {
        try {
            if (Files.exists(folder.resolve(FILE))) {
                var credentials = load();
                if (!due(credentials.chain().getFirst())) {
                    return credentials;
                }
            }
            authorityPem();
            make();
            return load();
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the gateway's identity: " + e.getMessage(), e);
        }
    }

    /** What a server needs to show itself as this gateway; the certificate is the one of now. */
    public SSLContext serverContext() throws InterruptedException {
        var credentials = credentials();
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "gateway",
                    credentials.key(),
                    new char[0],
                    credentials.chain().toArray(X509Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the gateway's identity: " + e.getMessage(), e);
        }
    }

    /** At two thirds of its life. */
    private boolean due(X509Certificate certificate) {
        var from = certificate.getNotBefore().toInstant();
        var life = Duration.between(from, certificate.getNotAfter().toInstant());
        return clock.instant().isAfter(from.plus(life.multipliedBy(2).dividedBy(3)));
    }

    private void make() throws GeneralSecurityException, IOException, OperatorCreationException, InterruptedException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        var csr = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=gateway"), pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                .getEncoded();
        var certificate = pki.sign(
                new Identity("installation", "service", "CN=gateway", List.of("dns:" + SERVER_NAME)), csr, "gateway");
        var pem = new StringWriter();
        try (var writer = new PemWriter(pem)) {
            writer.writeObject(new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded()));
        }
        // One file, so that key and certificate never disagree.
        folder.writeSecret(FILE, pem + certificate.chain());
        LOG.info("the gateway's certificate is {}, until {}", certificate.serial(), certificate.notAfter());
    }

    private Credentials load() throws GeneralSecurityException {
        var pem = read(FILE);
        var end = "-----END PRIVATE KEY-----";
        int split = pem.indexOf(end) + end.length();
        var encoded = pem.substring(0, split).replaceAll("-----[A-Z ]+-----|\\s", "");
        var key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(encoded)));
        return new Credentials(key, certificates(pem.substring(split)));
    }

    private static List<X509Certificate> certificates(String pem) throws CertificateException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.strip().getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
