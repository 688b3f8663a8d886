package dev.clusterbox.message;

import static dev.clusterbox.message.Mrkdwn.escape;

import com.slack.api.model.block.LayoutBlock;
import dev.clusterbox.gateway.Cluster;
import dev.clusterbox.gateway.Cluster.Check;
import dev.clusterbox.gateway.Cluster.Machine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clusters as they are: the answers to {@code status} and {@code list}. */
public final class ClusterMessages {

    private static final int LONGEST_CELL = 32;

    /** Lines of a table that fit one section with room to spare. */
    private static final int TABLE_LINES = 20;

    private static final int MOST_TABLES = 40;

    private ClusterMessages() {}

    public static Message list(List<Cluster> clusters, String slash) {
        if (clusters.isEmpty()) {
            return Messages.sentence("There is no cluster yet. `%s up` makes one.".formatted(slash));
        }
        var lines = clusters.stream()
                .map(cluster -> "*%s* — %s".formatted(escape(cluster.name()), escape(state(cluster))))
                .toList();
        return new Message(clusters.size() == 1 ? "1 cluster" : clusters.size() + " clusters", Layout.sections(lines));
    }

    public static Message status(Cluster cluster) {
        var blocks = new ArrayList<LayoutBlock>();
        var head = "*%s* — %s".formatted(escape(cluster.name()), escape(state(cluster)));
        blocks.add(Layout.section(head));
        var problem = cluster.state().problem();
        if (problem != null) {
            blocks.add(Layout.section(Messages.problemText(problem.problem())));
        }
        var machines = cluster.machines();
        if (machines != null && !machines.isEmpty()) {
            blocks.addAll(tables(machines));
        }
        var tried = cluster.smokeTest();
        if (tried != null && tried.checks() != null) {
            blocks.add(Layout.context("Smoke test: %d of %d passed, %s"
                    .formatted(
                            tried.checks().stream().filter(Check::passed).count(),
                            tried.checks().size(),
                            tried.at())));
        }
        blocks.add(Layout.context("Kubernetes %s · provider %s · subnet %s"
                .formatted(
                        escape(orDash(cluster.kubernetes())),
                        escape(orDash(cluster.provider())),
                        escape(orDash(cluster.subnet())))));
        return new Message(head, blocks);
    }

    private static String state(Cluster cluster) {
        var state = cluster.state();
        var step = state.step() == null ? "" : state.step();
        return switch (state.kind()) {
            case "READY" -> "ready";
            case "REACHED" -> "up through " + step;
            case "PROVISIONING" -> "coming up: " + step + count(state);
            case "REQUESTED" -> "asked for";
            case "STOPPING" -> "being stopped: " + step + count(state);
            case "STOPPED" -> "stopped";
            case "REMOVING" -> "being removed" + count(state);
            case "FAILED" -> step.isEmpty() ? "failed" : "failed at " + step;
            default -> state.kind();
        };
    }

    private static String count(Cluster.State state) {
        return state.total() == null || state.total() == 0 || state.done() == null
                ? ""
                : " (%d of %d)".formatted(state.done(), state.total());
    }

    private static List<LayoutBlock> tables(List<Machine> machines) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("MACHINE", "ADDRESS", "POWER", "AGENT"));
        for (var machine : machines) {
            var hostName = machine.hostName();
            rows.add(List.of(
                    cell(hostName == null ? machine.name() : hostName),
                    cell(machine.address()),
                    cell(machine.power()),
                    cell(machine.agent())));
        }
        var widths = new int[4];
        for (var row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        var lines = rows.stream()
                .map(row -> "%s  %s  %s  %s"
                        .formatted(
                                padded(row.get(0), widths[0]),
                                padded(row.get(1), widths[1]),
                                padded(row.get(2), widths[2]),
                                row.get(3)))
                .toList();
        var blocks = new ArrayList<LayoutBlock>();
        for (int from = 0; from < lines.size(); from += TABLE_LINES) {
            if (blocks.size() == MOST_TABLES) {
                blocks.add(Layout.section("… and %d more".formatted(lines.size() - from)));
                break;
            }
            var part = lines.subList(from, Math.min(from + TABLE_LINES, lines.size()));
            blocks.add(Layout.section(Mrkdwn.block(String.join("\n", part))));
        }
        return blocks;
    }

    /** Short and without markup, so that twenty lines always fit. */
    private static String cell(@Nullable String text) {
        var value = orDash(text).replaceAll("[^\\p{Alnum}.:_/-]", "?");
        return value.length() <= LONGEST_CELL ? value : value.substring(0, LONGEST_CELL - 1) + "…";
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String orDash(@Nullable String text) {
        return text == null || text.isEmpty() ? "-" : text;
    }
}
