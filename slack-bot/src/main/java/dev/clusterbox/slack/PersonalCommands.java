package dev.clusterbox.slack;

import dev.clusterbox.command.SlashCommand.Cancel;
import dev.clusterbox.command.SlashCommand.Csr;
import dev.clusterbox.command.SlashCommand.Kubeconfig;
import dev.clusterbox.command.SlashCommand.Lock;
import dev.clusterbox.command.SlashCommand.Plan;
import dev.clusterbox.command.SlashCommand.Unlock;
import dev.clusterbox.gateway.GatewayClient;
import dev.clusterbox.message.AccessMessages;
import dev.clusterbox.message.Message;
import dev.clusterbox.message.Messages;
import dev.clusterbox.message.Mrkdwn;
import dev.clusterbox.slack.SlackApi.Done;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Commands between people: what is going to be changed, who may do it at the moment, and how one gets in. */
@Singleton
final class PersonalCommands {

    private final GatewayClient gateway;
    private final SlackDoor door;
    private final Replies replies;
    private final InstantSource clock = InstantSource.system();

    PersonalCommands(GatewayClient gateway, SlackDoor door, Replies replies) {
        this.gateway = gateway;
        this.door = door;
        this.replies = replies;
    }

    void plan(Interaction interaction, Plan command) throws InterruptedException {
        var plan = gateway.plan(command, interaction.person());
        openly(
                interaction,
                Messages.plan(plan, interaction.origin(), interaction.user()));
    }

    void cancel(Interaction interaction, Cancel command) throws InterruptedException {
        var operation = gateway.newestOperation(command.cluster());
        gateway.cancel(operation.id(), interaction.person());
        openly(
                interaction,
                Messages.sentence("<@%s> has cancelled %s of *%s*: what has begun goes on to its end."
                        .formatted(
                                Mrkdwn.escape(interaction.user()),
                                operation.kind().word(),
                                Mrkdwn.escape(command.cluster().value()))));
    }

    void lock(Interaction interaction, Lock command) throws InterruptedException {
        var lock = gateway.lock(command, interaction.person());
        openly(
                interaction,
                AccessMessages.locked(command.cluster(), lock, interaction.user(), interaction.slash()));
    }

    void unlock(Interaction interaction, Unlock command) throws InterruptedException {
        gateway.unlock(command.cluster(), interaction.person());
        openly(interaction, AccessMessages.unlocked(command.cluster(), interaction.user()));
    }

    /** The address is as good as the key, so it goes to the person and nobody else. */
    void kubeconfig(Interaction interaction, Kubeconfig command) throws InterruptedException {
        var link = gateway.kubeconfigLink(command.cluster(), interaction.person());
        replies.to(
                interaction, AccessMessages.link(command.cluster(), link, interaction.slash(), clock.instant()));
    }

    void certify(Interaction interaction, Csr command) throws InterruptedException {
        replies.to(
                interaction,
                AccessMessages.certificate(command.cluster(), gateway.certify(command, interaction.person())));
    }

    /** For everybody in the channel; where the bot may not write there, for the person. */
    private void openly(Interaction interaction, Message message) throws InterruptedException {
        if (!(replies.insist(() -> door.api().post(interaction.channel(), message)) instanceof Done)) {
            replies.to(interaction, message);
        }
    }
}
