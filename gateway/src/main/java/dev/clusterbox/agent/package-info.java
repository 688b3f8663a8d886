/** The agents: who they are, what they may have, and the stream of commands to them. */
@NullMarked
package dev.clusterbox.agent;

import org.jspecify.annotations.NullMarked;
