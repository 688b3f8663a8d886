/** What was asked for and what became of it, in a chain that shows when it was changed. */
@NullMarked
package dev.clusterbox.pki.audit;

import org.jspecify.annotations.NullMarked;
