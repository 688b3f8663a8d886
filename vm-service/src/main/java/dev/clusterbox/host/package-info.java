/** The computer that this service runs on. Only this package starts processes. */
@NullMarked
package dev.clusterbox.host;

import org.jspecify.annotations.NullMarked;
