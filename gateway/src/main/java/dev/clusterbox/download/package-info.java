/** Addresses under which a person can fetch something once. */
@NullMarked
package dev.clusterbox.download;

import org.jspecify.annotations.NullMarked;
