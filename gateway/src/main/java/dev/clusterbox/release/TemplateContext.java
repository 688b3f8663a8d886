package dev.clusterbox.release;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSecrets;
import dev.clusterbox.cluster.Endpoint;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.cluster.Subnet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a template may name: the cluster, and the machine it is rendered for.
 *
 * @param dnsAddress the tenth of the services' addresses, where the cluster's DNS answers
 * @param firstServiceAddress that of the service {@code kubernetes}
 * @param sharedKernel whether the machine has no kernel of its own
 * @param apiPort beside {@code loadBalancer}, where nodes find the API
 * @param exposedName by which the API is known elsewhere, "dns:…" or "ip:…"; empty if it is not
 * @param joined whether the machine has no agent that looks after it
 * @param has the artifacts that the cluster has
 * @param secrets null for what is no secret: a template that names one there fails
 */
record TemplateContext(
        String cluster,
        String uid,
        String hostName,
        String address,
        String loadBalancer,
        int apiPort,
        String exposedName,
        String podCidr,
        String serviceCidr,
        String firstServiceAddress,
        String dnsAddress,
        boolean sharedKernel,
        boolean joined,
        Map<String, Boolean> has,
        ClusterSecrets.@Nullable Values secrets,
        List<Peer> controllers,
        List<Peer> nodes) {

    record Peer(String hostName, String address) {}

    /** For the cluster itself; a machine's name and address are those of its load balancer. */
    static TemplateContext of(Cluster cluster) {
        return of(cluster, cluster.nodes(Role.LOAD_BALANCER).getFirst());
    }

    static TemplateContext of(Cluster cluster, Node node) {
        return of(cluster, node, inside(cluster), cluster.spec().provider().equals("nspawn"), false);
    }

    /** For a machine that Clusterbox did not make. */
    static TemplateContext joining(Cluster cluster, Node node, boolean sharedKernel) {
        var there = Subnet.parse("address", node.address() + "/32");
        var api = cluster.exposed().filter(at -> !cluster.subnet().contains(there));
        return of(cluster, node, api.orElseGet(() -> inside(cluster)), sharedKernel, true);
    }

    private static Endpoint inside(Cluster cluster) {
        return new Endpoint(cluster.loadBalancerAddress(), 6443);
    }

    /** @param api where the machine finds it */
    private static TemplateContext of(Cluster cluster, Node node, Endpoint api, boolean sharedKernel, boolean joined) {
        var services = Subnet.parse("serviceCidr", cluster.spec().serviceCidr());
        return new TemplateContext(
                cluster.name(),
                cluster.uid(),
                node.hostName(),
                node.address(),
                api.host(),
                api.port(),
                cluster.exposed().map(Endpoint::certificateName).orElse(""),
                cluster.spec().podCidr(),
                cluster.spec().serviceCidr(),
                services.address(1),
                services.address(10),
                sharedKernel,
                joined,
                has(cluster),
                null,
                peers(cluster, Role.CONTROLLER),
                peers(cluster, Role.NODE));
    }

    TemplateContext with(ClusterSecrets.Values values) {
        return new TemplateContext(
                cluster,
                uid,
                hostName,
                address,
                loadBalancer,
                apiPort,
                exposedName,
                podCidr,
                serviceCidr,
                firstServiceAddress,
                dnsAddress,
                sharedKernel,
                joined,
                has,
                values,
                controllers,
                nodes);
    }

    /** A name that no artifact has is no mistake in a template: it is not there. */
    private static Map<String, Boolean> has(Cluster cluster) {
        var has = new HashMap<String, Boolean>();
        cluster.artifacts().binaries().keySet().forEach(name -> has.put(name, true));
        return new AbsentIsFalse(has);
    }

    private static final class AbsentIsFalse extends HashMap<String, Boolean> {

        private static final long serialVersionUID = 1;

        AbsentIsFalse(Map<String, Boolean> there) {
            super(there);
        }

        @Override
        public boolean containsKey(Object key) {
            return true;
        }

        @Override
        public Boolean get(Object key) {
            return getOrDefault(key, false);
        }
    }

    private static List<Peer> peers(Cluster cluster, Role role) {
        return cluster.nodes(role).stream()
                .map(node -> new Peer(node.hostName(), node.address()))
                .toList();
    }
}
