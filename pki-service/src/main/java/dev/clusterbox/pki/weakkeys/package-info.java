/** Public keys whose private half is easily found. */
@NullMarked
package dev.clusterbox.pki.weakkeys;

import org.jspecify.annotations.NullMarked;
