/** Work on several things at once. */
@NullMarked
package dev.clusterbox.parallel;

import org.jspecify.annotations.NullMarked;
