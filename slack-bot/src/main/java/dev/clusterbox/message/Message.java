package dev.clusterbox.message;

import com.slack.api.model.block.LayoutBlock;
import java.util.List;

/**
 * Something to show in Slack, within Slack's limits.
 *
 * @param text what notifications and screen readers get; it also stands for the whole where blocks cannot be shown
 */
public record Message(String text, List<LayoutBlock> blocks) {

    /** Longer texts are better not sent, says Slack; it cuts at 40,000. */
    private static final int LONGEST_TEXT = 4_000;

    private static final int MOST_BLOCKS = 50;

    public Message {
        text = Mrkdwn.fit(text, LONGEST_TEXT);
        blocks = List.copyOf(blocks);
        if (text.isEmpty() || blocks.size() > MOST_BLOCKS) {
            throw new IllegalArgumentException("%d characters, %d blocks (expected: a text and at most %d blocks)"
                    .formatted(text.length(), blocks.size(), MOST_BLOCKS));
        }
    }

    /** The same without its layout, for the case that Slack does not take it. */
    public Message plain() {
        return new Message(text, List.of());
    }
}
