/** Doubles of the two neighbours, Slack and the gateway: real HTTP servers that behave as documented, for tests only. */
@NullMarked
package dev.clusterbox.standin;

import org.jspecify.annotations.NullMarked;
