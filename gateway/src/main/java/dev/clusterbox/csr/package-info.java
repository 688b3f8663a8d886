/** Requests for certificates (PKCS#10) as they come in. */
@NullMarked
package dev.clusterbox.csr;

import org.jspecify.annotations.NullMarked;
