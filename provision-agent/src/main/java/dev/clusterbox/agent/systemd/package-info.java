/** The units of the machine. */
@NullMarked
package dev.clusterbox.agent.systemd;

import org.jspecify.annotations.NullMarked;
