/** What a signing request says, parsed into types that cannot be wrong. */
@NullMarked
package dev.clusterbox.pki.request;

import org.jspecify.annotations.NullMarked;
