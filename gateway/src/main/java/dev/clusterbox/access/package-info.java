/** Who may use the REST interface. */
@NullMarked
package dev.clusterbox.access;

import org.jspecify.annotations.NullMarked;
