package dev.clusterbox.remote;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.Secrets;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.client.HttpClient;
import io.micronaut.http.client.annotation.Client;
import io.micronaut.http.uri.UriBuilder;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The certificate authority. */
@Singleton
public final class PkiClient {

    /** Long enough for the service to be started again by hand. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * A certificate authority as pki-service shows it.
     *
     * @param certificate PEM
     */
    @Serdeable
    public record Authority(
            String name,
            String subject,
            String certificate,
            String serial,
            String notBefore,
            String notAfter,
            String fingerprint) {}

    /**
     * A certificate in pki-service's inventory.
     *
     * @param chain PEM, without the root
     * @param authorityCertificate PEM
     */
    @Serdeable
    public record Certificate(
            String authority,
            String profile,
            String serial,
            String subject,
            List<String> names,
            String notBefore,
            String notAfter,
            String fingerprint,
            String certificate,
            String chain,
            String authorityCertificate,
            String requestedBy,
            String issuedAt,
            @Nullable String revokedAt) {}

    /** @param next where the next page begins; absent on the last one */
    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Certificates(
            List<Certificate> certificates, @Nullable String next) {}

    @Serdeable
    record Revocation(String reason) {}

    /**
     * What a certificate is to say.
     *
     * @param subject RFC 4514
     * @param names {@code dns:…} and {@code ip:…}
     */
    public record Identity(String authority, String profile, String subject, List<String> names) {}

    private final ServiceClient service;

    PkiClient(@Client("${clusterbox.pki.url}") HttpClient http, @Value("${clusterbox.pki.token-file}") Path tokenFile) {
        this.service = new ServiceClient("pki-service", http, tokenFile, PATIENCE);
    }

    /** Makes the authority, or returns the one that is there. */
    public Authority authority(String name) throws InterruptedException {
        return service.call(HttpRequest.PUT("/v1/authorities/" + name, ""), Authority.class);
    }

    /** Destroys its key. Fine if it is not there. */
    public void removeAuthority(String name) throws InterruptedException {
        service.send(HttpRequest.DELETE("/v1/authorities/" + name));
    }

    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Verdicts(boolean acceptable, List<Verdict> rules) {}

    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Verdict(
            String rule,
            String verdict,
            @Nullable String found,
            @Nullable String expected) {}

    /**
     * Asks whether {@link #sign} would sign. Nothing is written down.
     *
     * @throws dev.clusterbox.problem.ProblemException with the rule that would refuse
     */
    public void requireAcceptable(Identity identity, byte[] csr) throws InterruptedException {
        var uri = identified(identity, "/v1/csr:validate").queryParam("authority", identity.authority);
        var verdicts = service.call(
                HttpRequest.POST(uri.build(), csr)
                        .contentType("application/pkcs10")
                        .accept(MediaType.APPLICATION_JSON_TYPE),
                Verdicts.class);
        if (!verdicts.acceptable) {
            var refused = verdicts.rules.stream()
                    .filter(rule -> rule.verdict.equals("refused"))
                    .map(rule -> "rule %s: %s (expected: %s)".formatted(rule.rule, rule.found, rule.expected))
                    .collect(Collectors.joining("; "));
            throw Problem.invalid(
                            "request for a certificate '%s': %s".formatted(identity.profile, refused),
                            "a request need not name anything: -subj /")
                    .asException();
        }
    }

    private static UriBuilder identified(Identity identity, String path) {
        var uri = UriBuilder.of(path).queryParam("profile", identity.profile).queryParam("subject", identity.subject);
        if (!identity.names.isEmpty()) {
            uri.queryParam("san", identity.names.toArray());
        }
        return uri;
    }

    /**
     * Has a CSR signed for an identity that was approved here. The same CSR for the same identity gets the same certificate,
     * however often it is sent.
     *
     * @param csr PKCS#10, DER
     */
    public Certificate sign(Identity identity, byte[] csr, String actor) throws InterruptedException {
        var uri = identified(identity, "/v1/authorities/" + identity.authority + "/certificates");
        var key = Secrets.hash(identity + " " + Secrets.hash(csr));
        return service.call(
                HttpRequest.POST(uri.build(), csr)
                        .contentType("application/pkcs10")
                        .accept(MediaType.APPLICATION_JSON_TYPE)
                        .header("Idempotency-Key", key)
                        .header("Clusterbox-Actor", actor),
                Certificate.class);
    }

    /**
     * All that an authority has signed and that fits.
     *
     * @param filter parameters of {@code GET /v1/certificates}, such as {@code by} and {@code state}
     */
    public List<Certificate> certificates(String authority, Map<String, String> filter) throws InterruptedException {
        var all = new ArrayList<Certificate>();
        for (var after = "0"; after != null; ) {
            var uri = UriBuilder.of("/v1/certificates")
                    .queryParam("authority", authority)
                    .queryParam("after", after);
            filter.forEach(uri::queryParam);
            var page = service.call(HttpRequest.GET(uri.build()), Certificates.class);
            all.addAll(page.certificates());
            after = page.next();
        }
        return all;
    }

    /**
     * The first revocation of a certificate counts; others change nothing.
     *
     * @param reason as openssl names it
     */
    public void revoke(String authority, String serial, String reason, String actor) throws InterruptedException {
        service.send(HttpRequest.POST(
                        "/v1/authorities/%s/certificates/%s/revoke".formatted(authority, serial),
                        new Revocation(reason))
                .header("Clusterbox-Actor", actor));
    }
}
