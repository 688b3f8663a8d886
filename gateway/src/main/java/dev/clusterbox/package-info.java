/** The gateway. */
@NullMarked
package dev.clusterbox;

import org.jspecify.annotations.NullMarked;
