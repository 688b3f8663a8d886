/** The private keys of the authorities, encrypted. */
@NullMarked
package dev.clusterbox.pki.keystore;

import org.jspecify.annotations.NullMarked;
