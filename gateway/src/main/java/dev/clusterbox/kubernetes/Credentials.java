package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Identity;
import dev.clusterbox.rest.Caller;
import dev.clusterbox.rest.Caller.Role;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Certificates by which people use a cluster's API. */
@Singleton
final class Credentials {

    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

    /**
     * What a client needs besides its key.
     *
     * @param authority PEM
     * @param certificate PEM, the whole chain
     * @param expires RFC 3339
     */
    @Serdeable
    record Credential(String server, String authority, String certificate, String expires, String user) {}

    private final ClusterStore clusters;
    private final PkiClient pki;

    Credentials(ClusterStore clusters, PkiClient pki) {
        this.clusters = clusters;
        this.pki = pki;
    }

    /**
     * Has a key certified. That its sender has it, and that the request names nobody else, is checked by pki-service.
     *
     * @param csr PKCS#10, DER
     */
    Credential certify(String name, byte[] csr, Caller caller, Optional<String> user) throws InterruptedException {
        var cluster = cluster(name, caller);
        var who = user(caller, user);
        var certificate = pki.sign(
                new Identity(cluster.authority("kubernetes"), "user", who.subject(), List.of()), csr, caller.name());
        LOG.info(
                "{} may use {} as '{}' until {}, certificate {}",
                caller.name(),
                cluster.name(),
                who.value(),
                certificate.notAfter(),
                certificate.serial());
        return new Credential(
                Kubernetes.serverForPeople(cluster),
                Kubernetes.authority(cluster),
                certificate.chain(),
                certificate.notAfter(),
                who.value());
    }

    /** With a key that is made here and kept nowhere. */
    String kubeconfig(String name, Caller caller, Optional<String> user) throws InterruptedException {
        var key = FreshKey.make();
        var credential = certify(name, key.csr(), caller, user);
        return """
                # Good until %1$s.
                apiVersion: v1
                kind: Config
                clusters:
                  - name: %2$s
                    cluster:
                      server: %3$s
                      certificate-authority-data: %4$s
                contexts:
                  - name: %2$s
                    context:
                      cluster: %2$s
                      user: "%5$s@%2$s"
                current-context: %2$s
                users:
                  - name: "%5$s@%2$s"
                    user:
                      client-certificate-data: %6$s
                      client-key-data: %7$s
                """.formatted(
                        credential.expires,
                        name,
                        credential.server,
                        base64(credential.authority),
                        credential.user,
                        base64(credential.certificate),
                        base64(key.pem()));
    }

    private Cluster cluster(String name, Caller caller) {
        if (!caller.role().includes(Role.OPERATOR)) {
            throw new Problem(
                            Code.FORBIDDEN,
                            "%s has the role %s (expected: %s)".formatted(caller.name(), caller.role(), Role.OPERATOR),
                            "ask with a token that has that role")
                    .asException();
        }
        var cluster = clusters.get(name);
        cluster.requireControlPlane();
        return cluster;
    }

    /** Only administrators name somebody else: the name is who did it, in the API server's audit log. */
    private static UserName user(Caller caller, Optional<String> wanted) {
        if (wanted.isPresent()
                && !wanted.get().equals(caller.name())
                && !caller.role().includes(Role.ADMIN)) {
            throw new Problem(
                            Code.FORBIDDEN,
                            "%s may have a certificate for '%s' only".formatted(caller.name(), caller.name()),
                            "leave 'user' out, or ask as administrator")
                    .asException();
        }
        return new UserName(wanted.orElse(caller.name()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
