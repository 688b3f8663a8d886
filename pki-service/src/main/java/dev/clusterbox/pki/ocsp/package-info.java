/** Tells relying parties, one certificate at a time, whether it is still to be trusted (RFC 6960). */
@NullMarked
package dev.clusterbox.pki.ocsp;

import org.jspecify.annotations.NullMarked;
