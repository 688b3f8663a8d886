/** The gateway's REST, as the bot uses it. */
@NullMarked
package dev.clusterbox.gateway;

import org.jspecify.annotations.NullMarked;
