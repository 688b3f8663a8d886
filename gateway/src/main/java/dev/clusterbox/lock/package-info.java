/** Locks, by which people keep each other from changing a cluster. */
@NullMarked
package dev.clusterbox.lock;

import org.jspecify.annotations.NullMarked;
