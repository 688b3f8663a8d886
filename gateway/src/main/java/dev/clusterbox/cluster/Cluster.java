package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.SshPublicKey;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A cluster, and what the steps have learnt about it. A step changes only its own component, so that steps which run side
 * by side can be merged.
 *
 * @param through the step up to which it was asked for last; empty for the whole
 * @param uid tells it from one of the same name that was there before
 * @param network the range of the machines, once it is chosen
 * @param leaving machines that are on their way out; one of {@code nodes} that is called the same takes its place
 * @param authorities name ("etcd") to certificate in PEM
 * @param artifacts what the machines are given, once it is staged: it stays the same for the life of the cluster
 * @param apiServer the address of its API, once that has answered
 * @param addons what is applied besides what the release brings
 * @param smokeTest the newest result
 * @param exposed where its API is reached from beyond its network
 * @param exposedJoin where machines join it that are beyond its network
 * @param sshPublicKey of the person who asked for it last: machines that are made from now on let its owner in
 */
@Serdeable
public record Cluster(
        ClusterSpec spec,
        Optional<String> through,
        String uid,
        ClusterState state,
        Optional<String> network,
        List<Node> nodes,
        List<Node> leaving,
        Map<String, String> authorities,
        Artifacts artifacts,
        Optional<String> apiServer,
        List<Addon> addons,
        Optional<SmokeTestResult> smokeTest,
        Optional<Endpoint> exposed,
        Optional<Endpoint> exposedJoin,
        Optional<SshPublicKey> sshPublicKey,
        Instant createdAt) {

    /**
     * By SHA-256 in the artifact store.
     *
     * @param binaries name ("kubelet") to checksum; what is not here comes from the distribution's packages
     * @param images file name to checksum of the archives that every node imports
     * @param packaged names of artifacts in whose place the distribution's package was settled on, so that a later
     *     {@code up} does not change it under a running cluster
     */
    @Serdeable
    public record Artifacts(Map<String, String> binaries, Map<String, String> images, Set<String> packaged) {

        public static final Artifacts NONE = new Artifacts(Map.of(), Map.of(), Set.of());

        public Artifacts {
            binaries = Collections.unmodifiableMap(new TreeMap<>(binaries));
            images = Collections.unmodifiableMap(new TreeMap<>(images));
            packaged = Collections.unmodifiableSet(new TreeSet<>(packaged));
        }
    }

    private static final int LOAD_BALANCER = 10;

    public static Cluster requested(ClusterSpec spec, RandomGenerator random, Instant now) {
        var suffix = new byte[4];
        random.nextBytes(suffix);
        return new Cluster(
                spec,
                Optional.empty(),
                spec.name() + "-" + HexFormat.of().formatHex(suffix),
                new ClusterState.Requested(),
                Optional.empty(),
                List.of(),
                List.of(),
                Map.of(),
                Artifacts.NONE,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now);
    }

    public String name() {
        return spec.name();
    }

    /** What may be another in the next version of a cluster. */
    private static final class Draft {

        private final Cluster before;
        private ClusterSpec spec;
        private Optional<String> through;
        private ClusterState state;
        private Optional<String> network;
        private List<Node> nodes;
        private List<Node> leaving;
        private Map<String, String> authorities;
        private Artifacts artifacts;
        private Optional<String> apiServer;
        private List<Addon> addons;
        private Optional<SmokeTestResult> smokeTest;
        private Optional<Endpoint> exposed;
        private Optional<Endpoint> exposedJoin;
        private Optional<SshPublicKey> sshPublicKey;

        Draft(Cluster before) {
            this.before = before;
            spec = before.spec;
            through = before.through;
            state = before.state;
            network = before.network;
            nodes = before.nodes;
            leaving = before.leaving;
            authorities = before.authorities;
            artifacts = before.artifacts;
            apiServer = before.apiServer;
            addons = before.addons;
            smokeTest = before.smokeTest;
            exposed = before.exposed;
            exposedJoin = before.exposedJoin;
            sshPublicKey = before.sshPublicKey;
        }

        void take(Roster roster) {
            nodes = roster.nodes();
            leaving = roster.leaving();
        }

        Cluster done() {
            return new Cluster(
                    spec,
                    through,
                    before.uid,
                    state,
                    network,
                    nodes,
                    leaving,
                    authorities,
                    artifacts,
                    apiServer,
                    addons,
                    smokeTest,
                    exposed,
                    exposedJoin,
                    sshPublicKey,
                    before.createdAt);
        }
    }

    private Cluster but(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    public Cluster with(ClusterState newState) {
        return but(draft -> draft.state = newState);
    }

    /** Settles the range, and with it the address of each machine. */
    public Cluster in(Subnet subnet) {
        return but(draft -> {
            draft.network = Optional.of(subnet.toString());
            draft.nodes = Roster.plan(spec, subnet);
        });
    }

    public Cluster with(List<Node> newNodes) {
        return but(draft -> draft.nodes = List.copyOf(newNodes));
    }

    /** With as many nodes as this: what is too much leaves, and of what was leaving some may stay. */
    public Cluster scaledTo(int count) {
        var wanted = spec.withNodes(count);
        return but(draft -> {
            draft.spec = wanted;
            network.ifPresent(_ -> draft.take(roster().scaledTo(Roster.plan(wanted, subnet()))));
        });
    }

    /** The machine that plays this part leaves, and another is to take its place. */
    public Cluster replacing(Node node) {
        return but(draft -> draft.take(roster().replacing(node)));
    }

    /** What was leaving has left. */
    public Cluster left() {
        return but(draft -> draft.leaving = List.of());
    }

    /** What was leaving stays: nothing of it has gone yet. */
    public Cluster staying() {
        return but(draft -> {
            draft.take(roster().staying());
            draft.spec = spec.withNodes((int) draft.nodes.stream()
                    .filter(node -> node.role() == Role.NODE)
                    .count());
        });
    }

    private Roster roster() {
        return new Roster(nodes, leaving);
    }

    public Cluster with(Map<String, String> newAuthorities) {
        return but(draft -> draft.authorities = Collections.unmodifiableMap(new TreeMap<>(newAuthorities)));
    }

    public Cluster with(Artifacts staged) {
        return but(draft -> draft.artifacts = staged);
    }

    public Cluster with(SmokeTestResult result) {
        return but(draft -> draft.smokeTest = Optional.of(result));
    }

    /** Something has changed, so that what was tested says nothing any more. */
    public Cluster untested() {
        return but(draft -> draft.smokeTest = Optional.empty());
    }

    public Cluster wantedThrough(Optional<String> step) {
        return but(draft -> draft.through = step);
    }

    /** Add-ons of the same name take the place of those that were there. */
    public Cluster withAddons(List<Addon> more) {
        var all = new TreeMap<String, Addon>();
        addons.forEach(addon -> all.put(addon.name(), addon));
        more.forEach(addon -> all.put(addon.name(), addon));
        return but(draft -> draft.addons = List.copyOf(all.values()));
    }

    /** Where none is given, the one that is there stays. */
    public Cluster enteredWith(Optional<SshPublicKey> key) {
        return but(draft -> draft.sshPublicKey = key.or(() -> draft.sshPublicKey));
    }

    /** From where else its API is reached; empty to be reached from nowhere else. */
    public Cluster exposedAt(Optional<Endpoint> endpoint) {
        return but(draft -> draft.exposed = endpoint);
    }

    /** The same for machines that join. */
    public Cluster joinedAt(Optional<Endpoint> endpoint) {
        return but(draft -> draft.exposedJoin = endpoint);
    }

    public Cluster servedAt(String address) {
        return but(draft -> draft.apiServer = Optional.of(address));
    }

    public boolean hasControlPlane() {
        return apiServer.isPresent();
    }

    /** @throws dev.clusterbox.problem.ProblemException if there is no API to ask yet */
    public void requireControlPlane() {
        if (!hasControlPlane()) {
            throw Problem.conflict(
                            "cluster '%s' has no control plane yet".formatted(name()),
                            "bring it up first: './clusterbox up %s'".formatted(name()))
                    .asException();
        }
    }

    /** @throws dev.clusterbox.problem.ProblemException if its machines were switched off */
    public Cluster requireOn() {
        if (state instanceof ClusterState.Stopped) {
            throw Problem.conflict(
                            "cluster '%s' is stopped".formatted(name()), "'./clusterbox start %s'".formatted(name()))
                    .asException();
        }
        return this;
    }

    public Subnet subnet() {
        return Subnet.parse(
                "network", network.orElseThrow(() -> new IllegalStateException(name() + " has no network yet")));
    }

    /** The address of the host in the cluster's network. */
    public String hostAddress() {
        return subnet().address(1);
    }

    /**
     * Where the gateway listens for the cluster's agents. A network on another computer ends there: its SSH server takes
     * agents in at {@link #hostAddress}, and vm-service brings them to the gateway's loopback.
     */
    public String agentsAddress() {
        return isElsewhere() ? "127.0.0.1" : hostAddress();
    }

    /** Whether its machines are on another computer, and its network with them. */
    public boolean isElsewhere() {
        return spec.provider().startsWith("virtualbox-");
    }

    public String loadBalancerAddress() {
        return subnet().address(LOAD_BALANCER);
    }

    public List<Node> nodes(Role role) {
        return nodes.stream().filter(node -> node.role() == role).toList();
    }

    /** @throws dev.clusterbox.problem.ProblemException if none is called so, or only one that is on its way out */
    public Node node(String hostName) {
        return nodes.stream()
                .filter(node -> node.hostName().equals(hostName))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("cluster '%s' has no machine '%s'".formatted(name(), hostName))
                        .asException());
    }

    /** Who is in it, and who is on the way out without a replacement. */
    List<Node> machines() {
        return roster().all();
    }

    /** Those of a role that are on their way out. */
    public List<Node> leaving(Role role) {
        return leaving.stream().filter(node -> node.role() == role).toList();
    }

    /** How the machine is called by its provider. */
    public String machineName(Node node) {
        return name() + "-" + node.hostName();
    }

    /** How pki-service calls one of this cluster's authorities. */
    public String authority(String kind) {
        return uid + "." + kind;
    }
}
