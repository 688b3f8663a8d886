package dev.clusterbox.join;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.cluster.Subnet;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.List;
import java.util.Optional;

/** Where a node may be that Clusterbox did not make: nowhere that is, or will be, somebody else's. */
final class NodeAddress {

    /** Those before are for the machines that Clusterbox makes: of 200 nodes the last is at .220. */
    private static final int FIRST = 221;

    private static final int LAST = 254;

    /** This network, loopback, link-local, multicast and reserved (RFC 6890, 5771). */
    private static final List<Subnet> NOBODYS =
            List.of(range("0.0.0.0/8"), range("127.0.0.0/8"), range("169.254.0.0/16"), range("224.0.0.0/3"));

    private NodeAddress() {}

    /** @throws ProblemException if a node of this cluster may not be there */
    static void check(String address, Cluster cluster) {
        var place = place(address);
        var own = cluster.subnet();
        if (own.contains(place)) {
            for (int offset = FIRST; offset <= LAST; offset++) {
                if (own.address(offset).equals(address)) {
                    return;
                }
            }
            throw refused(
                    "%s is for the machines that Clusterbox makes".formatted(address),
                    "in %s take one from %s to %s".formatted(own, own.address(FIRST), own.address(LAST)));
        }
        cluster.spec().innerRanges().stream()
                .filter(place::overlaps)
                .findFirst()
                .ifPresent(range -> {
                    throw refused("%s is in %s, where pods and services are".formatted(address, range), "");
                });
        if (NOBODYS.stream().anyMatch(place::overlaps)) {
            throw refused(
                    "%s is no machine's address".formatted(address), "name the one by which the API server reaches it");
        }
    }

    private static Subnet place(String address) {
        try {
            var place = range(address + "/32");
            if (place.address(0).equals(address)) {
                return place;
            }
        } catch (ProblemException _) {
            // Said below.
        }
        throw refused("not an IPv4 address", "for example 192.168.56.221");
    }

    private static Subnet range(String text) {
        return Subnet.parse("address", text);
    }

    private static RuntimeException refused(String why, String hint) {
        return Problem.invalid("address: " + why, hint).asException();
    }

    /** The machine as the release sees it. */
    static Node node(NodeToken token, Cluster cluster) {
        return new Node(token.node(), Role.NODE, token.address(), cluster.spec().node(), Optional.empty());
    }
}
