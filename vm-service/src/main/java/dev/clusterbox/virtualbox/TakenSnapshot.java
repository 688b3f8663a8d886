package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A snapshot as VirtualBox has it. Names of snapshots are not unique, so what it is one of stands in its description.
 *
 * @param id VirtualBox's own for it
 */
record TakenSnapshot(String id, Snapshot snapshot) {

    private static final Pattern LINE =
            Pattern.compile("(?m)^Snapshot(?<field>Name|UUID|Description)(?<node>[-0-9]*)=\"(?<value>.*)\"$");
    private static final Pattern DESCRIPTION =
            Pattern.compile("clusterbox (?<id>[0-9a-f-]{36}) (?<at>\\S+) (?<machines>[0-9]{1,4})");

    static String description(Snapshot snapshot) {
        return "clusterbox %s %s %d".formatted(snapshot.id(), snapshot.takenAt(), snapshot.machines());
    }

    /** Those of ours that {@code snapshot … list --machinereadable} tells, the oldest first. */
    static List<TakenSnapshot> parse(String printed) {
        var names = new HashMap<String, String>();
        var ids = new HashMap<String, String>();
        var all = new ArrayList<TakenSnapshot>();
        LINE.matcher(printed).results().forEach(line -> {
            var node = line.group("node");
            switch (line.group("field")) {
                case "Name" -> names.put(node, line.group("value"));
                case "UUID" -> ids.put(node, line.group("value"));
                default -> {
                    var description = DESCRIPTION.matcher(line.group("value"));
                    if (description.matches()) {
                        all.add(new TakenSnapshot(
                                ids.getOrDefault(node, ""),
                                new Snapshot(
                                        UUID.fromString(description.group("id")),
                                        names.getOrDefault(node, ""),
                                        Instant.parse(description.group("at")),
                                        Integer.parseInt(description.group("machines")))));
                    }
                }
            }
        });
        all.sort(Comparator.comparing(taken -> taken.snapshot().takenAt()));
        return all;
    }
}
