/** From a signing request to a certificate: parse, approve, issue; each accepts only what the one before returns. */
@NullMarked
package dev.clusterbox.pki.issuance;

import org.jspecify.annotations.NullMarked;
