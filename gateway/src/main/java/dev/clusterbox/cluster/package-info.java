/** What a cluster is, and what a person may ask of it. */
@NullMarked
package dev.clusterbox.cluster;

import org.jspecify.annotations.NullMarked;
