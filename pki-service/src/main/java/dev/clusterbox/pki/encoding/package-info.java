/** DER and PEM. */
@NullMarked
package dev.clusterbox.pki.encoding;

import org.jspecify.annotations.NullMarked;
