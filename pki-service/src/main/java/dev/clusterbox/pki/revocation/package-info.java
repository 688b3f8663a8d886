/** Certificates that are to be trusted no longer. */
@NullMarked
package dev.clusterbox.pki.revocation;

import org.jspecify.annotations.NullMarked;
