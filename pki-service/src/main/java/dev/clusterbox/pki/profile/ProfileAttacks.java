package dev.clusterbox.pki.profile;

import dev.clusterbox.pki.authority.AuthorityName.Kind;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.problem.ProblemException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Attacks that no profile may let through, tried on each one before the service starts: a file that somebody has changed
 * is refused with the name of the attack that would succeed.
 */
final class ProfileAttacks {

    /** Users of Kubernetes that are more than their name says, and those that Clusterbox has rules for. */
    private static final List<String> POWERFUL_USERS = List.of(
            "system:admin",
            "system:masters",
            "system:anonymous",
            "system:apiserver",
            "system:node:other",
            "system:kube-proxy",
            "system:kube-scheduler",
            "system:kube-controller-manager",
            "system:serviceaccount:kube-system:default",
            "kubeadm:cluster-admins",
            "kube-apiserver",
            "kube-apiserver-kubelet-client",
            "clusterbox:gateway",
            "clusterbox:signer",
            "flannel");

    /** What every client in a cluster knows the API server by. */
    private static final List<String> NAMES_OF_THE_API_SERVER = List.of(
            "dns:kubernetes",
            "dns:kubernetes.default",
            "dns:kubernetes.default.svc",
            "dns:kubernetes.default.svc.cluster.local");

    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9:-]+");
    private static final String MASTERS = "system:masters";
    private static final String NODES = "system:nodes";
    private static final String AGENTS = "clusterbox:agents";
    private static final String NODE = "system:node:";
    private static final String SOMEBODY = "attacker";

    /** To be tried in this order where an attack needs an identity that is otherwise right. */
    private static final List<String> COMMON_NAMES =
            List.of("node-1", "system:node:node-1", "ada", "gateway", SOMEBODY, "localhost");

    private static final List<String> NAMES =
            List.of("dns:node-1", "dns:localhost", "dns:gateway.clusterbox.internal", "ip:10.0.0.9");

    private final Profile profile;
    private final String commonName;
    private final List<String> names;

    private ProfileAttacks(Profile profile) {
        this.profile = profile;
        this.commonName = isFor(profile.commonNames().pattern())
                ? profile.commonNames().pattern()
                : COMMON_NAMES.stream()
                        .filter(it -> profile.commonNames().matcher(it).matches())
                        .findFirst()
                        .orElse(SOMEBODY);
        this.names = profile.usages().contains(Usage.SERVER)
                ? NAMES.stream()
                        .filter(it -> passes(() -> profile.requireNames(identity(commonName, Set.of(), List.of(it)))))
                        .limit(1)
                        .toList()
                : List.of();
    }

    static void requireRefused(Profile profile) {
        var attacks = new ProfileAttacks(profile);
        attacks.users();
        attacks.groups();
        attacks.names();
        attacks.requests();
    }

    private void users() {
        switch (profile.authority()) {
            case KUBERNETES -> POWERFUL_USERS.forEach(user -> tryUser("the user " + user, user));
            case ETCD -> tryUser("the user root of etcd", "root");
            case FRONT_PROXY -> tryUser("a front proxy that may say who anybody is", SOMEBODY);
            case INSTALLATION -> tryUser("an agent's name with a user of Kubernetes in it", "system:node:other");
        }
    }

    private void tryUser(String attack, String user) {
        boolean nodes = profile.commonNames().pattern().startsWith(NODE) && user.startsWith(NODE);
        if (!nodes && !isFor(user)) {
            trySubject(attack, user, Optional.empty());
        }
    }

    private void groups() {
        for (var group : List.of(MASTERS, NODES, "system:kube-proxy", "kubeadm:cluster-admins", "clusterbox:admins")) {
            if (!profile.organizations().contains(group)) {
                trySubject("the group " + group, commonName, Optional.of(group));
            }
        }
        if (profile.organizations().contains(MASTERS)) {
            require(
                    profile.authority() == Kind.KUBERNETES
                            && profile.roles().equals(Set.of("admin"))
                            && profile.usages().equals(Set.of(Usage.CLIENT)),
                    "the group system:masters for others than the role admin");
        }
        if (profile.organizations().contains(NODES)) {
            trySubject("the group system:nodes with a user that is no node", SOMEBODY, Optional.empty());
            trySubject("a node without a name", NODE, Optional.empty());
        }
    }

    private void names() {
        switch (profile.authority()) {
            case INSTALLATION -> {
                tryName("a foreign DNS name", "dns:example.org");
                tryName("a DNS name that only looks like one of ours", "dns:gateway.clusterbox.internal.example.org");
                require(
                        !profile.organizations().contains(AGENTS)
                                || !profile.usages().contains(Usage.SERVER),
                        "an agent that plays the gateway");
            }
            case KUBERNETES -> {
                if (!isFor("kube-apiserver")) {
                    for (var name : NAMES_OF_THE_API_SERVER) {
                        tryName("a server that plays the API server, " + name, name);
                    }
                }
            }
            case ETCD, FRONT_PROXY -> {}
        }
    }

    /** Requests that ask for more than an identity that is right. */
    private void requests() {
        var identity = identity(commonName, organizations(Optional.empty()), names);
        for (var attack : AttackRequests.ALL) {
            attack.request()
                    .ifPresent(request -> require(!passes(() -> profile.approve(request, identity)), attack.name()));
        }
    }

    private void trySubject(String attack, String user, Optional<String> group) {
        var subject = identity(user, organizations(group), List.of()).subject();
        require(!passes(() -> profile.requireSubject(subject)), attack);
    }

    private void tryName(String attack, String name) {
        var identity = identity(commonName, Set.of(), List.of(name));
        require(!passes(() -> profile.requireNames(identity)), attack);
    }

    private void require(boolean holds, String attack) {
        if (!holds) {
            throw new IllegalArgumentException("profile %s: it would let this attack through: %s (expected: refused)"
                    .formatted(profile.name(), attack));
        }
    }

    private boolean isFor(String user) {
        return LITERAL.matcher(user).matches()
                && profile.commonNames().pattern().equals(user);
    }

    private Set<String> organizations(Optional<String> more) {
        return Stream.concat(profile.organizations().stream(), more.stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Identity identity(String commonName, Set<String> organizations, List<String> names) {
        var subject = new ArrayList<String>();
        subject.add("CN=" + commonName);
        organizations.forEach(it -> subject.add("O=" + it));
        return Identity.parse(String.join(",", subject), names);
    }

    private static boolean passes(Runnable check) {
        try {
            check.run();
            return true;
        } catch (ProblemException e) {
            return false;
        }
    }
}
