package dev.clusterbox.provisioning;

import dev.clusterbox.agent.AgentListeners;
import dev.clusterbox.agent.MachineStore;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.VmClient;
import dev.clusterbox.remote.VmClient.MachineSpec;
import dev.clusterbox.remote.VmClient.NetworkSpec;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The network, the listener for agents in it, and a running machine with a seed for each part of the plan. */
@Singleton
final class CreateMachines implements Step {

    private static final int DISK_GIB = 20;

    private static final Duration IMAGE_POLL = Duration.ofMillis(500);

    /** From the start of the first machine until the host has its address. */
    private static final Duration ADDRESS_LIMIT = Duration.ofSeconds(30);

    private final VmClient vms;
    private final MachineStore machines;
    private final AgentListeners listeners;
    private final Seeds seeds;

    CreateMachines(VmClient vms, MachineStore machines, AgentListeners listeners, Seeds seeds) {
        this.vms = vms;
        this.machines = machines;
        this.listeners = listeners;
        this.seeds = seeds;
    }

    @Override
    public String id() {
        return "machines";
    }

    @Override
    public String title() {
        return "Create machines";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var provider = cluster.spec().provider();
        awaitImage(provider, progress);
        vms.createNetwork(
                provider, cluster.name(), new NetworkSpec(cluster.subnet().toString(), cluster.name()));
        boolean open = openIfAddressed(cluster);
        var hosts = hosts(cluster);
        var running = new AtomicInteger();
        var nodes = Parallel.each(cluster.nodes(), node -> {
            var played = create(cluster, node, hosts);
            progress.say("%d of %d machines"
                    .formatted(running.incrementAndGet(), cluster.nodes().size()));
            return played;
        });
        if (!open) {
            openOnceAddressed(cluster);
        }
        return cluster.with(nodes);
    }

    /** On a Mac the host has its address in a network of virtual machines only while one of them runs. */
    private boolean openIfAddressed(Cluster cluster) throws InterruptedException {
        try {
            listeners.open(cluster.agentsAddress());
            return true;
        } catch (ProblemException e) {
            if (!MachineKind.of(cluster.spec().provider()).memoryReserved()) {
                throw e;
            }
            return false;
        }
    }

    private void openOnceAddressed(Cluster cluster) throws InterruptedException {
        long deadline = System.nanoTime() + ADDRESS_LIMIT.toNanos();
        while (!openIfAddressed(cluster)) {
            if (System.nanoTime() > deadline) {
                listeners.open(cluster.agentsAddress());
            }
            Thread.sleep(IMAGE_POLL);
        }
    }

    private void awaitImage(String provider, Progress progress) throws InterruptedException {
        var limit = MachineKind.of(provider).image();
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var image = vms.image(provider);
            switch (image.state()) {
                case "READY" -> {
                    return;
                }
                case "FAILED" ->
                    throw (image.problem() == null
                                    ? Problem.failed("the image could not be built", "")
                                    : image.problem().problem())
                            .asException();
                default -> {
                    if (image.progress() != null) {
                        progress.say(image.progress());
                    }
                }
            }
            if (System.nanoTime() > deadline) {
                throw new Problem(
                                Code.TIMED_OUT,
                                "waited %d min for the image: %s".formatted(limit.toMinutes(), image.progress()),
                                "look into the log of vm-service")
                        .asException();
            }
            Thread.sleep(IMAGE_POLL);
        }
    }

    private Node create(Cluster cluster, Node node, Map<String, String> hosts) throws InterruptedException {
        var provider = cluster.spec().provider();
        var name = cluster.machineName(node);
        var machine = vms.createMachine(
                provider,
                name,
                new MachineSpec(
                        cluster.name(),
                        node.role().label(),
                        node.hostName(),
                        cluster.name(),
                        node.address(),
                        node.size().cpus(),
                        node.size().memoryMiB(),
                        DISK_GIB,
                        hosts));
        machines.register(
                machine.id(), cluster.name(), node.hostName(), machine.source().stated());
        var played = node.playedBy(machine.id());
        var attended = machines.find(machine.id()).map(MachineStore.MachineRecord::attended);
        if (!attended.orElse(false)) {
            seeds.plant(cluster, played);
        }
        if (!machine.power().equals("RUNNING")) {
            vms.start(provider, name);
        }
        return played;
    }

    /** What every machine has in /etc/hosts. */
    private static Map<String, String> hosts(Cluster cluster) {
        var hosts = new TreeMap<String, String>();
        cluster.nodes().forEach(node -> hosts.put(node.hostName(), node.address()));
        return hosts;
    }
}
