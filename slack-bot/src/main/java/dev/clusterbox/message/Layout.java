package dev.clusterbox.message;

import static com.slack.api.model.block.composition.BlockCompositions.plainText;

import com.slack.api.model.block.ActionsBlock;
import com.slack.api.model.block.ContextBlock;
import com.slack.api.model.block.LayoutBlock;
import com.slack.api.model.block.SectionBlock;
import com.slack.api.model.block.element.ButtonElement;
import com.slack.api.model.block.composition.ConfirmationDialogObject;
import com.slack.api.model.block.composition.MarkdownTextObject;
import java.util.ArrayList;
import java.util.List;

/** The few blocks that are used here. */
final class Layout {

    /** Leaves room below 50 for what stands around a long list. */
    private static final int MOST_SECTIONS = 40;

    private Layout() {}

    static LayoutBlock section(String mrkdwn) {
        return SectionBlock.builder().text(text(mrkdwn)).build();
    }

    static LayoutBlock context(String mrkdwn) {
        return ContextBlock.builder().elements(List.of(text(mrkdwn))).build();
    }

    /**
     * A button on a line of its own.
     *
     * @param command what pressing it means, as it would be typed
     */
    static LayoutBlock button(String id, String label, String command) {
        return ActionsBlock.builder()
                .elements(List.of(button(id, label).value(command).build()))
                .build();
    }

    /** A button that asks back before it does anything. */
    static LayoutBlock cancel(String command) {
        var confirm = ConfirmationDialogObject.builder()
                .title(plainText("Cancel?"))
                .text(plainText("What has begun goes on to its end, nothing more begins. 'up' goes on from there, 'down' removes it."))
                .confirm(plainText("Cancel it"))
                .deny(plainText("Let it go on"))
                .build();
        return ActionsBlock.builder()
                .elements(List.of(
                        button("cancel", "Cancel").value(command).confirm(confirm).build()))
                .build();
    }

    private static ButtonElement.ButtonElementBuilder button(String id, String label) {
        return ButtonElement.builder().actionId(id).text(plainText(label));
    }

    /** As few sections as hold these lines; what does not fit at all is counted in a last line. */
    static List<LayoutBlock> sections(List<String> lines) {
        var sections = new ArrayList<LayoutBlock>();
        var open = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            var line = Mrkdwn.fit(lines.get(i), Mrkdwn.SECTION);
            if (open.length() + 1 + line.length() > Mrkdwn.SECTION) {
                sections.add(section(open.toString()));
                open.setLength(0);
                if (sections.size() == MOST_SECTIONS) {
                    sections.add(section("… and %d more".formatted(lines.size() - i)));
                    return sections;
                }
            }
            open.append(open.isEmpty() ? "" : "\n").append(line);
        }
        if (!open.isEmpty()) {
            sections.add(section(open.toString()));
        }
        return sections;
    }

    /** Verbatim: Slack is not to find links, channels or people in it by itself. */
    private static MarkdownTextObject text(String mrkdwn) {
        return MarkdownTextObject.builder()
                .text(Mrkdwn.fit(mrkdwn, Mrkdwn.SECTION))
                .verbatim(true)
                .build();
    }
}
