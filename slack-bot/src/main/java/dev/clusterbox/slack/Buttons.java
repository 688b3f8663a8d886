package dev.clusterbox.slack;

import com.slack.api.app_backend.interactive_components.payload.BlockActionPayload;
import com.slack.api.model.Message;
import dev.clusterbox.message.Messages;
import jakarta.inject.Singleton;
import java.util.Objects;

/** Buttons under messages. Each carries a command, which whoever presses it gives. */
@Singleton
final class Buttons {

    private final Commands commands;
    private final SlackDoor door;
    private final Replies replies;
    private final BackgroundWork background;

    Buttons(Commands commands, SlackDoor door, Replies replies, BackgroundWork background) {
        this.commands = commands;
        this.door = door;
        this.replies = replies;
        this.background = background;
    }

    void press(BlockActionPayload payload) {
        var interaction = Interaction.of(payload);
        var ack = commands.accept(interaction);
        ack.ifPresent(said -> background.start(() -> replies.to(interaction, Messages.sentence(said.text()))));
        var message = payload.getMessage();
        if (ack.filter(Ack::refused).isEmpty() && message != null && message.getBlocks() != null) {
            background.start(() -> takeAway(interaction, message));
        }
    }

    /** So that nobody presses it again. A message that is still being updated gets its buttons back by that. */
    private void takeAway(Interaction interaction, Message message) throws InterruptedException {
        var without = Messages.pressed(
                Objects.requireNonNullElse(message.getText(), ""), message.getBlocks(), interaction.user(), interaction.text());
        replies.insist(() -> door.api().update(interaction.channel(), message.getTs(), without));
    }
}
