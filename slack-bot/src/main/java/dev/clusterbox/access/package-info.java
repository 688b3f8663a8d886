/** Who may give which commands. */
@NullMarked
package dev.clusterbox.access;

import org.jspecify.annotations.NullMarked;
