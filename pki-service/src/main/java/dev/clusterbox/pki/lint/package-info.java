/** The second look at a finished certificate. */
@NullMarked
package dev.clusterbox.pki.lint;

import org.jspecify.annotations.NullMarked;
