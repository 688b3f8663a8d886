/** The clusters' own API: who may do what there, what is applied to it, and whether it works. */
@NullMarked
package dev.clusterbox.kubernetes;

import org.jspecify.annotations.NullMarked;
