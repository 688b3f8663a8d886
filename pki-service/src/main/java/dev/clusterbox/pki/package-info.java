/** The certificate authority as a program: what is started, and who may come in. */
@NullMarked
package dev.clusterbox.pki;

import org.jspecify.annotations.NullMarked;
