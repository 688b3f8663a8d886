package dev.clusterbox.standin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Blocks as lines of text. */
final class Rendering {

    private static final Map<String, String> EMOJI = Map.of(
            ":white_check_mark:", "✔",
            ":x:", "✘",
            ":arrow_forward:", "▶",
            ":white_circle:", "○",
            ":hourglass_flowing_sand:", "⌛",
            ":hourglass:", "⌛",
            ":warning:", "⚠",
            ":lock:", "🔒",
            ":link:", "🔗");

    private Rendering() {}

    static List<String> lines(Shown shown) {
        var lines = new ArrayList<String>();
        if (shown.blocks().isEmpty()) {
            add(lines, shown.text());
        }
        for (var element : shown.blocks()) {
            var block = element.getAsJsonObject();
            switch (block.get("type").getAsString()) {
                case "section", "header" -> add(lines, text(block.getAsJsonObject("text")));
                case "context" -> block.getAsJsonArray("elements").forEach(each -> add(lines, text(each.getAsJsonObject())));
                case "input" -> add(lines, text(block.getAsJsonObject("label")));
                default -> {}
            }
        }
        return lines;
    }

    /** The labels of its buttons with their action_ids. */
    static List<Map.Entry<String, String>> buttons(JsonArray blocks) {
        var buttons = new ArrayList<Map.Entry<String, String>>();
        for (var element : blocks) {
            var block = element.getAsJsonObject();
            if (block.get("type").getAsString().equals("actions")) {
                for (var each : block.getAsJsonArray("elements")) {
                    var button = each.getAsJsonObject();
                    buttons.add(Map.entry(
                            text(button.getAsJsonObject("text")),
                            button.get("action_id").getAsString()));
                }
            }
        }
        return buttons;
    }

    private static void add(List<String> lines, String text) {
        lines.addAll(text.lines().toList());
    }

    /** mrkdwn: entities back to letters, links as their address, emoji as signs. */
    private static String text(JsonObject text) {
        var plain = text.get("text").getAsString().replaceAll("<(https?://[^|>]*)(\\|[^>]*)?>", "$1");
        for (var emoji : EMOJI.entrySet()) {
            plain = plain.replace(emoji.getKey(), emoji.getValue());
        }
        return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    }
}
