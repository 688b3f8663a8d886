/** What a machine is given so that it can introduce itself. */
@NullMarked
package dev.clusterbox.seed;

import org.jspecify.annotations.NullMarked;
