/** Machines that Clusterbox did not make become nodes: tokens, and what is given for one. */
@NullMarked
package dev.clusterbox.join;

import org.jspecify.annotations.NullMarked;
