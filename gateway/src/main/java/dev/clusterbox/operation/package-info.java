/** Long-running work, its history, and the events that tell of it. */
@NullMarked
package dev.clusterbox.operation;

import org.jspecify.annotations.NullMarked;
