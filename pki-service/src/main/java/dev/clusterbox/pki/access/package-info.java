/** What somebody may ask for. */
@NullMarked
package dev.clusterbox.pki.access;

import org.jspecify.annotations.NullMarked;
