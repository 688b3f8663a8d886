/** What up and down do, step by step. Read {@link dev.clusterbox.provisioning.ClusterUp} first. */
@NullMarked
package dev.clusterbox.provisioning;

import org.jspecify.annotations.NullMarked;
