/** Time in tests. */
@NullMarked
package dev.clusterbox.clock;

import org.jspecify.annotations.NullMarked;
