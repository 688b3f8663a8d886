/** The authorities: their keys, their certificates, and what else they sign with. */
@NullMarked
package dev.clusterbox.pki.authority;

import org.jspecify.annotations.NullMarked;
