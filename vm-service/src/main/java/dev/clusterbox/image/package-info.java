/** The root file system that all machines of a host share, and the agent inside it. */
@NullMarked
package dev.clusterbox.image;

import org.jspecify.annotations.NullMarked;
