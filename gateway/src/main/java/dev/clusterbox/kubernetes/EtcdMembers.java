package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.core.type.Argument;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The members of a cluster's etcd, and how one is taken out of it. */
@Singleton
public final class EtcdMembers {

    /** A member that has just started, or has just lost its leader, is not healthy for some seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private record Member(String id, List<String> peerAddresses) {

        boolean is(Node controller) {
            return peerAddresses.contains("https://%s:2380".formatted(controller.address()));
        }
    }

    private final EtcdHttp http;
    private final JsonMapper json;

    EtcdMembers(EtcdHttp http, JsonMapper json) {
        this.http = http;
        this.json = json;
    }

    /**
     * That etcd decides without this member: now, and also while another one that has not started yet counts in its place.
     *
     * @throws ProblemException if it would not
     */
    public void requireMajorityWithout(Cluster cluster, Node leaving) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var others = others(cluster, leaving);
            var trouble = Parallel.each(others, other -> http.trouble(cluster, other));
            int healthy = (int) trouble.stream().filter(Optional::isEmpty).count();
            int needed = (others.size() + 1) / 2 + 1;
            if (healthy >= needed) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw Problem.conflict(
                                "etcd of '%s' would lose its majority without %s: %d of the other %d members are healthy, %d are needed (%s)"
                                        .formatted(
                                                cluster.name(),
                                                leaving.hostName(),
                                                healthy,
                                                others.size(),
                                                needed,
                                                trouble.stream()
                                                        .flatMap(Optional::stream)
                                                        .collect(Collectors.joining("; "))),
                                "'./clusterbox up %s' repairs what is broken; then try again".formatted(cluster.name()))
                        .asException();
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Whether a controller is a member, as far as one of the others can be asked. */
    public boolean has(Cluster cluster, Node controller) throws InterruptedException {
        return others(cluster, controller).stream()
                .map(other -> membersOf(cluster, other))
                .flatMap(Optional::stream)
                .findFirst()
                .map(members -> members.stream().anyMatch(member -> member.is(controller)))
                .orElse(true);
    }

    /**
     * Takes a controller out of etcd; fine if it is not in it. etcd refuses ("unhealthy cluster") until all its members have been
     * connected for five seconds, so this is tried for a while.
     */
    public void remove(Cluster cluster, Node leaving) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var trouble = removed(cluster, leaving);
            if (trouble.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw trouble.get();
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Empty if one of the others did it, else what the last of them said. */
    private Optional<ProblemException> removed(Cluster cluster, Node leaving) throws InterruptedException {
        var last =
                Optional.of(Problem.unavailable("etcd has no other member", "").asException());
        for (var other : others(cluster, leaving)) {
            try {
                for (var member : members(cluster, other)) {
                    if (member.is(leaving)) {
                        http.post(cluster, other, "/v3/cluster/member/remove", Map.of("ID", member.id()));
                    }
                }
                return Optional.empty();
            } catch (ProblemException e) {
                last = Optional.of(e);
            }
        }
        return last;
    }

    private static List<Node> others(Cluster cluster, Node controller) {
        return cluster.nodes(Role.CONTROLLER).stream()
                .filter(other -> !other.hostName().equals(controller.hostName()))
                .toList();
    }

    private Optional<List<Member>> membersOf(Cluster cluster, Node controller) {
        try {
            return Optional.of(members(cluster, controller));
        } catch (ProblemException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private List<Member> members(Cluster cluster, Node controller) throws InterruptedException {
        return parse(http.post(cluster, controller, "/v3/cluster/member/list", Map.of()));
    }

    /** Numbers of 64 bits are texts in it. */
    private List<Member> parse(String text) {
        try {
            var answer = json.readValue(text, Argument.mapOf(String.class, Object.class));
            return answer.get("members") instanceof List<?> list
                    ? list.stream()
                            .map(Map.class::cast)
                            .map(member -> new Member(
                                    String.valueOf(member.get("ID")),
                                    member.get("peerURLs") instanceof List<?> urls
                                            ? urls.stream().map(String::valueOf).toList()
                                            : List.of()))
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw Problem.failed("etcd answered what is no list of members: " + Api.shown(text), "")
                    .asException();
        }
    }
}
