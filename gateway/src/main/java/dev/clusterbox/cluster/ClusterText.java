package dev.clusterbox.cluster;

import dev.clusterbox.cluster.ClusterState.Failed;
import dev.clusterbox.cluster.ClusterState.Provisioning;
import dev.clusterbox.cluster.ClusterState.Reached;
import dev.clusterbox.cluster.ClusterState.Ready;
import dev.clusterbox.cluster.ClusterState.Removing;
import dev.clusterbox.cluster.ClusterState.Requested;
import dev.clusterbox.cluster.ClusterState.Stopped;
import dev.clusterbox.cluster.ClusterState.Stopping;
import dev.clusterbox.cluster.ClusterView.MachineView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Clusters as a terminal shows them. */
final class ClusterText {

    private ClusterText() {}

    static String list(List<ClusterView> clusters) {
        if (clusters.isEmpty()) {
            return "no clusters; './clusterbox up' makes one\n";
        }
        var text = new StringBuilder(row("NAME", "STATE", "KUBERNETES", "PROVIDER", "SUBNET", "MACHINES", "MEMORY"));
        for (var cluster : clusters) {
            text.append(row(
                    cluster.name(),
                    state(cluster.state()),
                    cluster.kubernetes(),
                    cluster.provider(),
                    cluster.subnet().orElse("-"),
                    Integer.toString(cluster.machines().size()),
                    "%.1f GiB".formatted(memoryMiB(cluster) / 1024.0)));
        }
        return text.toString();
    }

    private static String row(String... columns) {
        return "%-16s %-28s %-11s %-11s %-19s %-9s %s%n".formatted((Object[]) columns);
    }

    /** What its machines may use. */
    private static int memoryMiB(ClusterView cluster) {
        return cluster.machines().stream().mapToInt(MachineView::memoryMiB).sum();
    }

    static String status(ClusterView cluster) {
        var text = new StringBuilder("%s: %s, Kubernetes %s on %s, %s%n"
                .formatted(
                        cluster.name(),
                        state(cluster.state()),
                        cluster.kubernetes(),
                        cluster.provider(),
                        cluster.subnet().orElse("no network yet")));
        if (cluster.state() instanceof Failed(var step, var problem)) {
            text.append("  step '%s': %s%n".formatted(step, problem));
        }
        machines(cluster, text);
        cluster.kubernetesStatus().ifPresent(status -> kubernetes(status, text));
        cluster.smokeTest().ifPresent(result -> smokeTest(result, text));
        cluster.apiServer().ifPresent(server -> text.append("API: %s%n".formatted(server)));
        cluster.exposed().ifPresent(at -> text.append("API from elsewhere: https://%s%n".formatted(at)));
        cluster.exposedJoin().ifPresent(at -> text.append("Machines from elsewhere join at %s%n".formatted(at)));
        cluster.machines().stream()
                .filter(machine -> machine.role().equals(Role.LOAD_BALANCER.label()))
                .forEach(
                        machine -> text.append("HAProxy's statistics: http://%s:9000/%n".formatted(machine.address())));
        return text.toString();
    }

    private static void smokeTest(SmokeTestResult result, StringBuilder text) {
        text.append("Smoke test: %s on %s in %.1f s%n"
                .formatted(
                        result.passed() ? "passed" : "failed",
                        result.at().truncatedTo(ChronoUnit.SECONDS),
                        result.seconds()));
        for (var check : result.checks()) {
            text.append("  %-42s %-6s %5.1f s  %s%n"
                    .formatted(check.name(), check.passed() ? "ok" : "FAILED", check.seconds(), check.message()));
        }
    }

    /** What would be made. */
    static String plan(ClusterView cluster) {
        var text = new StringBuilder("%s: Kubernetes %s on %s in %s, pods %s, services %s%n"
                .formatted(
                        cluster.name(),
                        cluster.kubernetes(),
                        cluster.provider(),
                        cluster.subnet().orElse("-"),
                        cluster.podCidr(),
                        cluster.serviceCidr()));
        for (var machine : cluster.machines()) {
            text.append("  %-16s %-14s %-16s %d CPUs, %d MiB%n"
                    .formatted(
                            machine.hostName(),
                            machine.role(),
                            machine.address(),
                            machine.cpus(),
                            machine.memoryMiB()));
        }
        return text.toString();
    }

    private static void machines(ClusterView cluster, StringBuilder text) {
        for (var machine : cluster.machines()) {
            text.append("  %-16s %-14s %-16s %-9s agent %s%n"
                    .formatted(
                            machine.hostName(),
                            machine.role(),
                            machine.address(),
                            machine.power().toLowerCase(java.util.Locale.ROOT),
                            machine.agent().toLowerCase(java.util.Locale.ROOT)));
        }
    }

    private static void kubernetes(KubernetesStatus.View status, StringBuilder text) {
        status.problem().ifPresent(problem -> text.append("Kubernetes: %s%n".formatted(problem)));
        if (!status.nodes().isEmpty()) {
            text.append("Nodes of Kubernetes:%n".formatted());
        }
        for (var node : status.nodes()) {
            text.append("  %-16s %-14s %-16s %s%n"
                    .formatted(
                            node.name(),
                            node.ready() ? "ready" : "not ready",
                            node.version(),
                            age(Duration.between(node.createdAt(), Instant.now()))));
        }
        if (!status.components().isEmpty()) {
            text.append("Components:%n".formatted());
        }
        for (var component : status.components()) {
            text.append("  %-31s %-16s %s%n"
                    .formatted(component.name(), component.healthy() ? "healthy" : "unhealthy", component.message()));
        }
    }

    /** As kubectl shows it: two digits are enough. */
    static String age(Duration age) {
        if (age.toMinutes() < 2) {
            return Math.max(0, age.toSeconds()) + "s";
        }
        if (age.toHours() < 2) {
            return age.toMinutes() + "m";
        }
        return age.toDays() < 2 ? age.toHours() + "h" : age.toDays() + "d";
    }

    private static String state(ClusterState state) {
        return switch (state) {
            case Requested() -> "requested";
            case Provisioning(var step, var done, var total) -> "%s (%d/%d)".formatted(step, done, total);
            case Reached(var step) -> "up through " + step;
            case Ready ready -> "ready";
            case Failed failed -> "failed at " + failed.step();
            case Stopping(var step, var done, var total) -> "%s (%d/%d)".formatted(step, done, total);
            case Stopped() -> "stopped";
            case Removing(var step, var done, var total) -> "%s (%d/%d)".formatted(step, done, total);
        };
    }
}
