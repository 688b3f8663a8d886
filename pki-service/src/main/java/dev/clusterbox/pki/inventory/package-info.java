/** Every authority and every certificate that there ever was. */
@NullMarked
package dev.clusterbox.pki.inventory;

import org.jspecify.annotations.NullMarked;
