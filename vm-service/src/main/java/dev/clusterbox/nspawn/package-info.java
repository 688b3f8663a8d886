/** Machines as systemd-nspawn containers: one overlay and one network namespace each. */
@NullMarked
package dev.clusterbox.nspawn;

import org.jspecify.annotations.NullMarked;
