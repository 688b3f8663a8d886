package dev.clusterbox.access;

import java.util.Set;

/**
 * Who asks, and where.
 *
 * @param user Slack's id of the person
 * @param groups ids of the user groups that the person is in, of those that the rules name
 * @param channel Slack's id of the channel
 */
public record Asker(String user, Set<String> groups, String channel) {

    public Asker {
        groups = Set.copyOf(groups);
    }
}
