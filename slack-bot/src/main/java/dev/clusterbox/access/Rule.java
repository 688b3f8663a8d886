package dev.clusterbox.access;

import dev.clusterbox.command.ClusterName;
import dev.clusterbox.command.Role;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A role, and to whom it is given. What is empty restricts nothing; somebody is meant who is one of the users or in one of
 * the groups.
 *
 * @param clusters names; {@code *} stands for any letters
 */
record Rule(Role role, Set<String> users, Set<String> groups, Set<String> channels, List<Pattern> clusters) {

    /**
     * Whether the role is given here.
     *
     * @param cluster what is asked about; empty for commands about all clusters, which a rule for some does not give
     */
    boolean gives(Asker asker, Optional<ClusterName> cluster) {
        var person = (users.isEmpty() && groups.isEmpty())
                || users.contains(asker.user())
                || !Collections.disjoint(groups, asker.groups());
        return person && (channels.isEmpty() || channels.contains(asker.channel())) && concerns(cluster);
    }

    private boolean concerns(Optional<ClusterName> cluster) {
        return clusters.isEmpty()
                || cluster.filter(name -> clusters.stream()
                                .anyMatch(pattern -> pattern.matcher(name.value()).matches()))
                        .isPresent();
    }
}
