/** Tokens of scripts, each with a role, a scope and a limit. */
@NullMarked
package dev.clusterbox.pki.tokens;

import org.jspecify.annotations.NullMarked;
