/** The launcher, the packaged services and real machines, as a person meets them. */
@NullMarked
package dev.clusterbox.e2e;

import org.jspecify.annotations.NullMarked;
