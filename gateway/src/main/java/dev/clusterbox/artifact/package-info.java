/** Binaries and archives by their checksum. */
@NullMarked
package dev.clusterbox.artifact;

import org.jspecify.annotations.NullMarked;
