/** Files that come over HTTP: through proxies, in pieces, and only from where they were meant to come from. */
@NullMarked
package dev.clusterbox.fetch;

import org.jspecify.annotations.NullMarked;
