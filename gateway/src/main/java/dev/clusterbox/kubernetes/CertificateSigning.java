package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.kubernetes.SigningPolicy.Decision;
import dev.clusterbox.kubernetes.SigningPolicy.Deny;
import dev.clusterbox.kubernetes.SigningPolicy.Sign;
import dev.clusterbox.kubernetes.SigningPolicy.Wait;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Identity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestConditionBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one CertificateSigningRequest of a cluster. Being told of the same one twice does no harm. */
@Singleton
final class CertificateSigning {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateSigning.class);

    private final PkiClient pki;
    private final InstantSource clock;

    CertificateSigning(PkiClient pki, InstantSource clock) {
        this.pki = pki;
        this.clock = clock;
    }

    /** Returns why it is left for somebody else; nothing where it was answered. */
    Optional<String> answer(Cluster cluster, KubernetesClient client, CertificateSigningRequest object)
            throws InterruptedException {
        if (!SigningRequest.isOpen(object)
                || !SigningPolicy.SIGNERS.contains(object.getSpec().getSignerName())) {
            return Optional.empty();
        }
        try {
            var request = SigningRequest.parse(object);
            carryOut(cluster, client, object, request, new SigningPolicy(cluster, nodes(client)).decide(request));
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(Api.shown(String.valueOf(e.getMessage())));
        } catch (Left e) {
            return Optional.of(e.getMessage());
        } catch (ProblemException e) {
            // Somebody else has changed or removed it: the watch tells of that too.
            if (e.problem().code() == Code.CONFLICT || e.problem().code() == Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static final class Left extends RuntimeException {
        private static final long serialVersionUID = 1;

        Left(String reason) {
            super(reason);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    private void carryOut(
            Cluster cluster,
            KubernetesClient client,
            CertificateSigningRequest object,
            SigningRequest request,
            Decision decision)
            throws InterruptedException {
        var name = object.getMetadata().getName();
        switch (decision) {
            case Wait(var reason) -> throw new Left(reason);
            case Deny(var reason) -> {
                LOG.warn("{}: {} of '{}' denied: {}", cluster.name(), name, Api.shown(request.requester()), reason);
                if (request.approved()) {
                    fail(client, object, reason);
                } else {
                    approval(client, object, "Denied", reason);
                }
            }
            case Sign sign -> {
                // Signed first: a request that pki-service refuses is not approved either.
                var certificate = sign(cluster, request, sign);
                var current = sign.approve() && !request.approved()
                        ? approval(client, object, "Approved", sign.reason())
                        : object;
                status(current).setCertificate(base64(certificate));
                writeStatus(client, current);
                LOG.info(
                        "{}: {} is {} for '{}': {}",
                        cluster.name(),
                        name,
                        sign.subject(),
                        Api.shown(request.requester()),
                        sign.reason());
            }
        }
    }

    /** PEM. */
    private String sign(Cluster cluster, SigningRequest request, Sign sign) throws InterruptedException {
        try {
            var identity = new Identity(cluster.authority("kubernetes"), sign.profile(), sign.subject(), sign.names());
            return pki.sign(identity, request.der().bytes(), "kubernetes " + cluster.name())
                    .chain();
        } catch (ProblemException e) {
            if (e.problem().code() == Code.INVALID) {
                throw new Left(e.problem().message());
            }
            throw e;
        }
    }

    private CertificateSigningRequest approval(
            KubernetesClient client, CertificateSigningRequest object, String type, String reason) {
        addCondition(object, type, reason);
        // With its version: what has the same name by now may be another request.
        return Api.call(
                "write down the decision",
                () -> client.certificates()
                        .v1()
                        .certificateSigningRequests()
                        .resource(object)
                        .subresource("approval")
                        .update());
    }

    /**
     * Says that what somebody has approved is not signed: approved and denied exclude each other. kube-controller-manager approves
     * for whoever may create {@code certificatesigningrequests/nodeclient}, administrators among them.
     */
    private void fail(KubernetesClient client, CertificateSigningRequest object, String reason) {
        addCondition(object, "Failed", reason);
        writeStatus(client, object);
    }

    private static void writeStatus(KubernetesClient client, CertificateSigningRequest object) {
        Api.call(
                "write down what became of a certificate signing request",
                () -> client.certificates()
                        .v1()
                        .certificateSigningRequests()
                        .resource(object)
                        .updateStatus());
    }

    private void addCondition(CertificateSigningRequest object, String type, String reason) {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        var conditions =
                new ArrayList<CertificateSigningRequestCondition>(status(object).getConditions());
        conditions.add(new CertificateSigningRequestConditionBuilder()
                .withType(type)
                .withStatus("True")
                .withReason("Clusterbox")
                .withMessage(reason)
                .withLastUpdateTime(now)
                .build());
        status(object).setConditions(conditions);
    }

    private static CertificateSigningRequestStatus status(CertificateSigningRequest object) {
        if (object.getStatus() == null) {
            object.setStatus(new CertificateSigningRequestStatus());
        }
        return object.getStatus();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Map<String, List<String>> nodes(KubernetesClient client) {
        var nodes = new HashMap<String, List<String>>();
        for (var node : Api.call("list nodes", () -> client.nodes().list()).getItems()) {
            nodes.put(node.getMetadata().getName(), addresses(node));
        }
        return nodes;
    }

    private static List<String> addresses(Node node) {
        return Optional.ofNullable(node.getStatus()).stream()
                .flatMap(status -> status.getAddresses().stream())
                .filter(address -> "InternalIP".equals(address.getType()))
                .map(NodeAddress::getAddress)
                .toList();
    }
}
