package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was asked for, with defaults in the place of what was not said.
 *
 * @param subnet the range of the machines; the next free one is taken where it is empty
 */
@Serdeable
public record ClusterSpec(
        String name,
        String provider,
        int controllers,
        int nodes,
        Size loadBalancer,
        Size controller,
        Size node,
        Optional<String> subnet,
        String podCidr,
        String serviceCidr,
        String kubernetes) {

    /** An even number of etcd members tolerates no more failures than one less; more than 7 are slower (etcd's FAQ). */
    private static final int MOST_CONTROLLERS = 7;

    /** Addresses .21 to .254. */
    private static final int MOST_NODES = 200;

    public ClusterSpec {
        new ClusterName(name);
        Size.check("controllers", controllers, 1, MOST_CONTROLLERS);
        if (controllers % 2 == 0) {
            throw Problem.invalid(
                            "controllers: %d (expected: an odd number)".formatted(controllers),
                            "etcd decides by majority: %d tolerate as many failures as %d"
                                    .formatted(controllers, controllers - 1))
                    .asException();
        }
        Size.check("nodes", nodes, 0, MOST_NODES);
        refuseOverlaps(ranges(subnet, podCidr, serviceCidr));
    }

    private record Range(String field, Subnet subnet) {}

    private static List<Range> ranges(Optional<String> subnet, String podCidr, String serviceCidr) {
        var ranges = new ArrayList<Range>();
        subnet.ifPresent(text -> {
            var range = Subnet.parse("subnet", text);
            if (range.prefix() != 24) {
                throw Problem.invalid("subnet: '%s' (expected: a /24)".formatted(text), "for example 192.168.56.0/24")
                        .asException();
            }
            ranges.add(new Range("subnet", range));
        });
        var pods = Subnet.parse("podCidr", podCidr);
        if (pods.prefix() < 8 || pods.prefix() > 22) {
            throw Problem.invalid(
                            "podCidr: '%s' (expected: /8 to /22)".formatted(podCidr),
                            "each node takes a /24 of it; for example 10.244.0.0/16")
                    .asException();
        }
        ranges.add(new Range("podCidr", pods));
        var services = Subnet.parse("serviceCidr", serviceCidr);
        if (services.prefix() < 12 || services.prefix() > 27) {
            throw Problem.invalid(
                            "serviceCidr: '%s' (expected: /12 to /27)".formatted(serviceCidr),
                            "for example 10.32.0.0/24")
                    .asException();
        }
        ranges.add(new Range("serviceCidr", services));
        return ranges;
    }

    private static void refuseOverlaps(List<Range> ranges) {
        for (int i = 0; i < ranges.size(); i++) {
            for (var other : ranges.subList(i + 1, ranges.size())) {
                var one = ranges.get(i);
                if (one.subnet.overlaps(other.subnet)) {
                    throw Problem.invalid(
                                    "%s %s overlaps %s %s".formatted(one.field, one.subnet, other.field, other.subnet),
                                    "choose ranges that have no address in common")
                            .asException();
                }
            }
        }
    }

    /** The ranges in which no machine may have its address. */
    public List<Subnet> innerRanges() {
        return List.of(Subnet.parse("podCidr", podCidr), Subnet.parse("serviceCidr", serviceCidr));
    }

    public Size size(Role role) {
        return switch (role) {
            case LOAD_BALANCER -> loadBalancer;
            case CONTROLLER -> controller;
            case NODE -> node;
        };
    }

    ClusterSpec withNodes(int count) {
        return new ClusterSpec(
                name,
                provider,
                controllers,
                count,
                loadBalancer,
                controller,
                node,
                subnet,
                podCidr,
                serviceCidr,
                kubernetes);
    }

    /** All memory that the machines may use, in MiB. */
    public int memoryMiB() {
        return loadBalancer.memoryMiB() + controllers * controller.memoryMiB() + nodes * node.memoryMiB();
    }
}
