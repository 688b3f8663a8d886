package dev.clusterbox.message;

import static com.slack.api.model.block.composition.BlockCompositions.plainText;

import com.slack.api.model.block.InputBlock;
import com.slack.api.model.block.element.PlainTextInputElement;
import com.slack.api.model.view.View;
import com.slack.api.model.view.ViewClose;
import com.slack.api.model.view.ViewSubmit;
import com.slack.api.model.view.ViewTitle;
import dev.clusterbox.command.ClusterName;
import java.util.List;
import java.util.Map;

/**
 * A modal that asks for the name of a cluster before something is done that cannot be undone, and what it remembers
 * meanwhile.
 *
 * @param text the command that is to be carried out
 */
public record Question(String channel, String slash, String text, String responseUrl) {

    /** What is asked about. */
    public enum Of {
        DOWN(
                "Remove a cluster",
                "Remove",
                ":warning: This removes *%s*: its machines, its disks and everything that runs in it. It cannot be undone."),
        STOP(
                "Stop a cluster",
                "Stop",
                ":warning: This switches the machines of *%s* off. What runs in it ends; their disks stay.");

        private final String title;
        private final String does;
        private final String consequence;

        Of(String title, String does, String consequence) {
            this.title = title;
            this.does = does;
            this.consequence = consequence;
        }
    }

    /** The modal's {@code callback_id}. */
    public static final String CALLBACK = "confirm";

    private static final String NAME = "name";

    /** Slack keeps 3,000 characters with a modal; a command has at most 1,000. */
    private static final int LONGEST = 3_000;

    /** What Slack shows. */
    public View view(Of of, ClusterName cluster) {
        var name = cluster.value();
        var metadata = String.join("\n", channel, slash, text.replace('\n', ' '), responseUrl);
        return View.builder()
                .type("modal")
                .callbackId(CALLBACK)
                .title(ViewTitle.builder().type("plain_text").text(of.title).build())
                .submit(ViewSubmit.builder().type("plain_text").text(of.does).build())
                .close(ViewClose.builder().type("plain_text").text("Leave it").build())
                .privateMetadata(metadata.length() > LONGEST ? metadata.substring(0, LONGEST) : metadata)
                .blocks(List.of(
                        Layout.section(of.consequence.formatted(Mrkdwn.escape(name))),
                        InputBlock.builder()
                                .blockId(NAME)
                                .label(plainText("Type '%s' to agree".formatted(name)))
                                .element(PlainTextInputElement.builder()
                                        .actionId(NAME)
                                        .maxLength(63)
                                        .build())
                                .build()))
                .build();
    }

    /** What a modal has remembered. */
    public static Question remembered(String metadata) {
        var lines = metadata.split("\n", 4);
        return lines.length == 4
                ? new Question(lines[0], lines[1], lines[2], lines[3])
                : new Question("", "", "", "");
    }

    /** What is wrong with what was typed, by the block at which Slack shows it; empty if nothing is. */
    public static Map<String, String> errors(String typed, ClusterName cluster) {
        return typed.strip().equals(cluster.value())
                ? Map.of()
                : Map.of(NAME, "This is not its name. Nothing was done.");
    }

    /** Where the typed name is, in the state of a modal. */
    public static String field() {
        return NAME;
    }
}
