/** The other services, as this one sees them. */
@NullMarked
package dev.clusterbox.remote;

import org.jspecify.annotations.NullMarked;
