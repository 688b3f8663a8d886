package dev.clusterbox.provisioning;

import dev.clusterbox.artifact.Staging;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.cluster.Subnet;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.release.Releases;
import dev.clusterbox.remote.VmClient;
import dev.clusterbox.remote.VmClient.Finding;
import dev.clusterbox.remote.VmClient.Machine;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says what cannot work before anything is made, and settles the cluster's network. */
@Singleton
final class CheckHost implements Step {

    /** VirtualBox allows no other host-only networks without configuration (its manual, since 6.1.28). */
    private static final Subnet POOL = Subnet.parse("pool", "192.168.56.0/21");

    private static final int POOL_SIZE = 8;

    private final VmClient vms;
    private final ClusterStore clusters;
    private final Releases releases;
    private final Staging staging;

    /** What was settled for clusters whose record does not have it yet. */
    private final Map<String, Subnet> settled = new HashMap<>();

    CheckHost(VmClient vms, ClusterStore clusters, Releases releases, Staging staging) {
        this.vms = vms;
        this.clusters = clusters;
        this.releases = releases;
        this.staging = staging;
    }

    @Override
    public String id() {
        return "check-host";
    }

    @Override
    public String title() {
        return "Check host";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        requireProvider(cluster);
        requireWay(cluster);
        var host = vms.host(cluster.spec().provider());
        var needed = cluster.spec().memoryMiB();
        boolean reserved = MachineKind.of(cluster.spec().provider()).memoryReserved();
        if (!reserved && needed > host.memoryMiB()) {
            throw Problem.invalid(
                            "the machines may use %d MiB, the host has %d".formatted(needed, host.memoryMiB()),
                            "ask for fewer or smaller ones: '--nodes 1', '--memory 1024'")
                    .asException();
        }
        staging.check(cluster, releases.get(cluster.spec().kubernetes()));
        var used = host.usedNetworks().stream()
                .map(text -> Subnet.parse("usedNetworks", text))
                .toList();
        var located = cluster.network().isPresent() ? cluster : cluster.in(settle(cluster, used));
        if (reserved) {
            examine(located);
        }
        progress.say("%s on %d CPUs, %d MiB; network %s"
                .formatted(cluster.spec().provider(), host.cpus(), host.memoryMiB(), located.subnet()));
        return located;
    }

    private void requireProvider(Cluster cluster) throws InterruptedException {
        var name = cluster.spec().provider();
        var provider = vms.providers().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Problem.failed("vm-service has no provider '%s'".formatted(name), "")
                        .asException());
        if (!provider.available()) {
            throw Problem.failed(
                            "%s cannot be used: %s".formatted(name, provider.why()),
                            "'./clusterbox doctor' looks closer")
                    .asException();
        }
    }

    /** A network on another computer ends there: what is to be asked of the API goes by a port of that computer. */
    private void requireWay(Cluster cluster) {
        var steps = releases.get(cluster.spec().kubernetes()).through();
        var withApi = cluster.through()
                .map(step -> steps.indexOf(step) >= steps.indexOf("control-plane"))
                .orElse(true);
        if (cluster.isElsewhere() && withApi && cluster.exposed().isEmpty()) {
            throw Problem.invalid(
                            "the API of a cluster on another computer cannot be reached from here unless it is published",
                            "'--expose HOST:6443', where HOST is that computer; or '--through etcd'")
                    .asException();
        }
    }

    /** Memory that virtual machines are given is gone for all others. Those that run already have theirs. */
    private void examine(Cluster cluster) throws InterruptedException {
        var provider = cluster.spec().provider();
        var running = vms.machines(provider, cluster.name()).stream()
                .filter(machine -> machine.power().equals("RUNNING"))
                .map(Machine::hostName)
                .toList();
        var missing = cluster.nodes().stream()
                .filter(node -> !running.contains(node.hostName()))
                .toList();
        var memory = missing.stream().mapToInt(node -> node.size().memoryMiB()).sum();
        var disk = missing.size() * MachineKind.of(provider).diskMiB();
        vms.examine(provider, memory, disk, cluster.subnet().toString()).stream()
                .filter(Finding::isProblem)
                .findFirst()
                .ifPresent(finding -> {
                    throw Problem.failed("%s: %s".formatted(finding.about(), finding.message()), finding.hint())
                            .asException();
                });
    }

    private synchronized Subnet settle(Cluster cluster, List<Subnet> used) {
        var all = clusters.list();
        settled.keySet().retainAll(all.stream().map(Cluster::uid).toList());
        var taken = new ArrayList<Subnet>();
        for (var other : all) {
            if (!other.name().equals(cluster.name())) {
                Optional.ofNullable(other.network()
                                .map(text -> Subnet.parse("network", text))
                                .orElseGet(() -> settled.get(other.uid())))
                        .ifPresent(taken::add);
            }
        }
        var subnet = cluster.spec()
                .subnet()
                .map(text -> asked(Subnet.parse("subnet", text), taken, used))
                .orElseGet(() -> free(cluster, taken, used));
        settled.put(cluster.uid(), subnet);
        return subnet;
    }

    private static Subnet asked(Subnet subnet, List<Subnet> taken, List<Subnet> used) {
        taken.stream().filter(subnet::overlaps).findFirst().ifPresent(other -> {
            throw Problem.conflict(
                            "subnet %s: another cluster has %s".formatted(subnet, other),
                            "choose another one, or leave --subnet out")
                    .asException();
        });
        used.stream().filter(subnet::overlaps).findFirst().ifPresent(other -> {
            throw Problem.conflict(
                            "subnet %s: this host has an address in %s".formatted(subnet, other),
                            "choose another one, or leave --subnet out")
                    .asException();
        });
        return subnet;
    }

    private static Subnet free(Cluster cluster, List<Subnet> taken, List<Subnet> used) {
        for (int i = 0; i < POOL_SIZE; i++) {
            var candidate = new Subnet(POOL.network(), 24).next(i);
            if (taken.stream().noneMatch(candidate::overlaps)
                    && used.stream().noneMatch(candidate::overlaps)
                    && cluster.spec().innerRanges().stream().noneMatch(candidate::overlaps)) {
                return candidate;
            }
        }
        throw Problem.failed(
                        "all %d networks of %s are taken".formatted(POOL_SIZE, POOL),
                        "take a cluster down, or name another range: '--subnet 192.168.100.0/24'"
                                + " (VirtualBox: allow it in /etc/vbox/networks.conf)")
                .asException();
    }
}
