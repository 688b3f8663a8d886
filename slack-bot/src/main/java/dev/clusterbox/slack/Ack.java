package dev.clusterbox.slack;

import dev.clusterbox.message.Messages;
import dev.clusterbox.problem.Problem;

/**
 * What the person sees at once, and nobody else.
 *
 * @param refused whether nothing is going to happen
 */
record Ack(String text, boolean refused) {

    static Ack privately(String mrkdwn) {
        return new Ack(mrkdwn, false);
    }

    static Ack refusal(Problem problem) {
        return new Ack(Messages.problemText(problem), true);
    }
}
