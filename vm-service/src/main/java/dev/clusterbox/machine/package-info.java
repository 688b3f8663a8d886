/** Machines, whatever makes them, and the REST edge. */
@NullMarked
package dev.clusterbox.machine;

import org.jspecify.annotations.NullMarked;
