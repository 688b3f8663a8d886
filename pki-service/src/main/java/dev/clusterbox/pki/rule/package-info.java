/** The rules for signing requests, and how they are checked. */
@NullMarked
package dev.clusterbox.pki.rule;

import org.jspecify.annotations.NullMarked;
