package dev.clusterbox.join;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.csr.SignedRequest;
import dev.clusterbox.join.Admission.Admitted;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.release.Releases;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Certificate;
import dev.clusterbox.remote.PkiClient.Identity;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import dev.clusterbox.storage.Secrets;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A token for what makes a machine a node. The first keys that come with it spend it; the same keys get the same again while
 * it is good, because an answer that is lost must not cost a token; other keys get nothing. What the certificates say comes
 * from the token, and pki-service refuses a request that names anything else.
 */
@Singleton
final class Redemption {

    private static final Logger LOG = LoggerFactory.getLogger(Redemption.class);

    private final Database database;
    private final NodeTokenStore store;
    private final Releases releases;
    private final PkiClient pki;
    private final InstantSource clock;

    Redemption(Database database, NodeTokenStore store, Releases releases, PkiClient pki, InstantSource clock) {
        this.database = database;
        this.store = store;
        this.releases = releases;
        this.pki = pki;
        this.clock = clock;
    }

    /**
     * Returns a tar archive with every file of the node, rooted at /.
     *
     * @param csrs profile ("kubelet-client") to request, PEM or DER
     * @param from the address that it came from
     */
    byte[] redeem(Admitted admitted, Map<String, ByteString> csrs, String from) throws InterruptedException {
        var token = admitted.token();
        var cluster = admitted.cluster();
        var node = NodeAddress.node(token, cluster);
        var operations = releases.get(cluster.spec().kubernetes()).joining(cluster, node, token.sharedKernel());
        var requests = requests(operations, csrs);
        // A request that is refused spends nothing, and nothing is certified beside it.
        for (var request : requests.entrySet()) {
            pki.requireAcceptable(
                    identity(cluster, node, request.getKey()),
                    request.getValue().der().toByteArray());
        }
        database.transaction(t -> {
            spend(t, token, requests, from);
            return token;
        });
        var certificates = new TreeMap<String, Certificate>();
        for (var request : requests.entrySet()) {
            certificates.put(
                    request.getKey(),
                    pki.sign(
                            identity(cluster, node, request.getKey()),
                            request.getValue().der().toByteArray(),
                            "join token " + token.id()));
        }
        LOG.info("{} has joined {} from {} by token {}", node.hostName(), cluster.name(), from, token.id());
        return NodeBundle.of(operations, certificates);
    }

    private static SortedMap<String, SignedRequest> requests(List<Operation> operations, Map<String, ByteString> csrs) {
        var wanted = operations.stream()
                .filter(Operation::hasMakeCertificate)
                .map(operation -> operation.getMakeCertificate().getProfile())
                .collect(Collectors.toSet());
        if (!csrs.keySet().equals(wanted)) {
            throw Problem.invalid(
                            "requests for certificates: %d of the wanted (expected: %s)"
                                    .formatted(common(csrs.keySet(), wanted), String.join(", ", sorted(wanted))),
                            "send each as a field of a form, such as: curl --data-urlencode kubelet-client@kubelet-client.csr")
                    .asException();
        }
        var requests = new TreeMap<String, SignedRequest>();
        csrs.forEach((profile, csr) ->
                requests.put(profile, SignedRequest.parse(ByteString.copyFrom(SignedRequest.der(csr.toByteArray())))));
        var keys = new HashSet<String>();
        requests.values().forEach(request -> keys.add(request.publicKey()));
        if (keys.size() < requests.size()) {
            throw Problem.invalid(
                            "two requests are for the same key (expected: a key for each)",
                            "one that is lost opens one thing then, not all")
                    .asException();
        }
        return requests;
    }

    private static int common(Set<String> given, Set<String> wanted) {
        return (int) given.stream().filter(wanted::contains).count();
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private void spend(Transaction t, NodeToken token, SortedMap<String, SignedRequest> requests, String from)
            throws SQLException {
        var now = clock.instant();
        // What was admitted a moment ago may be revoked or spent since.
        var current = store.find(t, token.id()).orElseThrow(Admission::refused).token();
        if (!current.isGood(now)) {
            throw Admission.refused();
        }
        var keys = requests.values().stream().map(SignedRequest::publicKey).toList();
        var hash = Secrets.hash(requests.entrySet().stream()
                .map(request -> request.getKey() + "=" + request.getValue().publicKey())
                .collect(Collectors.joining("\n")));
        if (current.keysHash().isPresent()) {
            if (!current.keysHash().get().equals(hash)) {
                throw forbidden(
                        "the token was used before, with other keys", "make a new one: './clusterbox token create'");
            }
            return;
        }
        if (store.anyKnown(t, keys)) {
            throw forbidden("a key was certified for a node before", "make new keys: each is for one thing, once");
        }
        store.spend(t, token.id(), hash, keys, from, now);
    }

    private static RuntimeException forbidden(String why, String hint) {
        return new Problem(Code.FORBIDDEN, why, hint).asException();
    }

    private Identity identity(Cluster cluster, Node node, String profile) {
        var right = releases.get(cluster.spec().kubernetes())
                .certificate(profile, cluster, node)
                .orElseThrow(() -> new IllegalStateException("no right to " + profile));
        return new Identity(right.authority(), right.profile(), right.subject(), right.names());
    }
}
