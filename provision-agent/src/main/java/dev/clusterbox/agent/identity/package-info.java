/** Who this machine is, and how it proves that: seed, key, certificate. */
@NullMarked
package dev.clusterbox.agent.identity;

import org.jspecify.annotations.NullMarked;
