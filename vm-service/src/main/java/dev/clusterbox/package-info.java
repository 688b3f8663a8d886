/** Machines on this host. */
@NullMarked
package dev.clusterbox;

import org.jspecify.annotations.NullMarked;
