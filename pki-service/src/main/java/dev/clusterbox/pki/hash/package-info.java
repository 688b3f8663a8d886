/** Hashes. */
@NullMarked
package dev.clusterbox.pki.hash;

import org.jspecify.annotations.NullMarked;
