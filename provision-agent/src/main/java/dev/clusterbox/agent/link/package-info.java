/** The stream to the gateway: commands down, outcomes up. */
@NullMarked
package dev.clusterbox.agent.link;

import org.jspecify.annotations.NullMarked;
