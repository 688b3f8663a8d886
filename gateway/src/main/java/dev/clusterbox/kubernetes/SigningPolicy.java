package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.NodeName;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.cluster.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Decides over the certificates that a cluster's own CertificateSigningRequests ask for, by what Clusterbox and Kubernetes know
 * of the one who asks: never by what the request says of itself. The rules of the signers are those of
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers.
 *
 * @param cluster with the machines that Clusterbox has made
 * @param joined the nodes that Kubernetes knows, name to internal addresses; kubelet itself reports these
 */
record SigningPolicy(Cluster cluster, Map<String, List<String>> joined) {

    static final String CLIENT = "kubernetes.io/kube-apiserver-client";
    static final String KUBELET_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet";
    static final String KUBELET_SERVING = "kubernetes.io/kubelet-serving";

    static final Set<String> SIGNERS = Set.of(CLIENT, KUBELET_CLIENT, KUBELET_SERVING);

    private static final String NODE = "system:node:";
    private static final String NODES = "system:nodes";

    /** What pki-service lets a node be called. */
    private static final Pattern NODE_NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,51}");

    private static final Pattern ADDRESS = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

    private static final Set<String> CLIENT_USAGES = Set.of("digital signature", "client auth");
    private static final Set<String> SERVER_USAGES = Set.of("digital signature", "server auth");

    /** RSA keys want it, others do not. */
    private static final String KEY_ENCIPHERMENT = "key encipherment";

    /** What becomes of a request. */
    sealed interface Decision {}

    /**
     * @param approve whether it is to be approved first; what a person has to approve is approved already
     * @param subject RFC 4514
     */
    record Sign(boolean approve, String profile, String subject, List<String> names, String reason)
            implements Decision {}

    /** Left as it is: a person may still approve it, or take it back. */
    record Wait(String reason) implements Decision {}

    /** It says of a machine of this cluster what is not so. */
    record Deny(String reason) implements Decision {}

    Decision decide(SigningRequest request) {
        return switch (request.signer()) {
            case KUBELET_CLIENT -> kubeletClient(request);
            case KUBELET_SERVING -> kubeletServing(request);
            case CLIENT -> client(request);
            default -> new Wait("another signer's");
        };
    }

    /**
     * A node renews its own. The first one of a node that Clusterbox has not made wants a person's approval; those that it has
     * made get theirs from their agents, so nobody else may ask in their name.
     */
    private Decision kubeletClient(SigningRequest request) {
        var wrong = wrongNode(request, CLIENT_USAGES);
        if (wrong.isPresent()) {
            return refused(request, wrong.get());
        }
        if (!request.names().isEmpty()) {
            return refused(request, "a kubelet's client certificate has no alternative names");
        }
        var name = nodeName(request);
        var subject = subject(name);
        if (isNodeItself(request)) {
            return inventory(name).isPresent() || joined.containsKey(name)
                    ? new Sign(true, "kubelet-client", subject, List.of(), "node " + name + " renews its certificate")
                    : new Wait("there is no node " + name + " any more");
        }
        if (isOurs(name)) {
            return new Deny(
                    "%s is a machine of this cluster; '%s' is not that machine".formatted(name, request.requester()));
        }
        return request.approved()
                ? new Sign(false, "kubelet-client", subject, List.of(), "approved")
                : new Wait("a node that is new here wants a person's approval");
    }

    private Decision kubeletServing(SigningRequest request) {
        var wrong = wrongNode(request, SERVER_USAGES);
        if (wrong.isPresent()) {
            return refused(request, wrong.get());
        }
        var name = nodeName(request);
        if (!isNodeItself(request)) {
            return refused(request, "only the node itself may ask for it");
        }
        var addresses = addresses(name);
        if (addresses.isEmpty()) {
            return new Wait("no address of node %s in %s is known".formatted(name, cluster.subnet()));
        }
        var allowed = new TreeSet<String>();
        allowed.add("dns:" + name);
        addresses.forEach(address -> allowed.add("ip:" + address));
        if (request.names().isEmpty() || !allowed.containsAll(request.names())) {
            return refused(request, "names %s (expected: of %s)".formatted(shown(request.names()), allowed));
        }
        return new Sign(
                true,
                "kubelet-server",
                subject(name),
                request.names().stream().distinct().sorted().toList(),
                "node %s at its address".formatted(name));
    }

    /** People and programs: their certificates are never approved here. */
    private static Decision client(SigningRequest request) {
        if (!request.approved()) {
            return new Wait("wants a person's approval");
        }
        if (!request.usages().contains("client auth")
                || !without(request, CLIENT_USAGES).isEmpty()) {
            return new Wait("usages %s (expected: client auth)".formatted(shown(request.usages())));
        }
        if (!request.plainSubject()
                || !request.organizations().isEmpty()
                || !request.names().isEmpty()) {
            return new Wait("expected: a common name and nothing else; groups come by bindings of the user");
        }
        var whyNot = UserName.whyNot(request.commonName());
        if (whyNot.isPresent()) {
            return new Wait("common name '%s': %s".formatted(Api.shown(request.commonName()), whyNot.get()));
        }
        return new Sign(false, "api-client", "CN=" + request.commonName(), List.of(), "approved");
    }

    /** What both of a node's certificates have in common. */
    private Optional<String> wrongNode(SigningRequest request, Set<String> usages) {
        var name = nodeName(request);
        if (!request.plainSubject()
                || !request.commonName().startsWith(NODE)
                || !NODE_NAME.matcher(name).matches()) {
            return Optional.of("subject (expected: CN=system:node:NAME,O=system:nodes)");
        }
        if (!request.organizations().equals(List.of(NODES))) {
            return Optional.of("organizations %s (expected: %s)".formatted(shown(request.organizations()), NODES));
        }
        if (!request.usages().containsAll(usages) || !without(request, usages).isEmpty()) {
            return Optional.of("usages %s (expected: %s)".formatted(shown(request.usages()), new TreeSet<>(usages)));
        }
        if (inventory(name).isEmpty() && isReserved(name)) {
            return Optional.of("a node may not be called " + name);
        }
        return Optional.empty();
    }

    /** What it asks for besides. */
    private static Set<String> without(SigningRequest request, Set<String> usages) {
        var more = new TreeSet<>(request.usages());
        more.removeAll(usages);
        more.remove(KEY_ENCIPHERMENT);
        return more;
    }

    /** Who claims to be one of our machines and has its facts wrong is denied; all others wait for a person to look. */
    private Decision refused(SigningRequest request, String why) {
        return isOurs(nodeName(request)) ? new Deny(why) : new Wait(why);
    }

    private static String nodeName(SigningRequest request) {
        return request.commonName().startsWith(NODE) ? request.commonName().substring(NODE.length()) : "";
    }

    private static String subject(String name) {
        return "CN=%s%s,O=%s".formatted(NODE, name, NODES);
    }

    private static boolean isNodeItself(SigningRequest request) {
        return request.requester().equals(request.commonName())
                && request.groups().contains(NODES);
    }

    private Optional<Node> inventory(String name) {
        return cluster.nodes(Role.NODE).stream()
                .filter(node -> node.hostName().equals(name))
                .findFirst();
    }

    private boolean isOurs(String name) {
        return cluster.nodes().stream().anyMatch(node -> node.hostName().equals(name));
    }

    /** Names by which others are reached: a node's serving certificate would speak for them. */
    private boolean isReserved(String name) {
        return isOurs(name) || NodeName.isReserved(name);
    }

    /** That of the inventory; of a node that joined by hand, what kubelet reports, as far as it is nobody else's. */
    private List<String> addresses(String name) {
        var ours = inventory(name);
        if (ours.isPresent()) {
            return List.of(ours.get().address());
        }
        var subnet = cluster.subnet();
        var taken = new TreeSet<String>();
        taken.add(cluster.hostAddress());
        cluster.nodes().forEach(node -> taken.add(node.address()));
        joined.forEach((other, addresses) -> {
            if (!other.equals(name)) {
                taken.addAll(addresses);
            }
        });
        var own = new ArrayList<String>();
        for (var address : joined.getOrDefault(name, List.of())) {
            if (!taken.contains(address) && isIn(subnet, address)) {
                own.add(address);
            }
        }
        return own;
    }

    private static boolean isIn(Subnet subnet, String address) {
        return ADDRESS.matcher(address).matches()
                && Subnet.parse("address", address + "/32").overlaps(subnet);
    }

    private static String shown(Iterable<String> texts) {
        return Api.shown(String.join(", ", texts));
    }
}
