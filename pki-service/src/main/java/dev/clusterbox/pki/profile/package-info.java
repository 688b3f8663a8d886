/** What certificates of each kind may say. */
@NullMarked
package dev.clusterbox.pki.profile;

import org.jspecify.annotations.NullMarked;
