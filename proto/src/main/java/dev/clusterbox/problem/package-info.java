/** The one error that crosses a process. */
@NullMarked
package dev.clusterbox.problem;

import org.jspecify.annotations.NullMarked;
