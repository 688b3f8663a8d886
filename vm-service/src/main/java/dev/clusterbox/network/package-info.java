/** IPv4 networks that machines stand in. */
@NullMarked
package dev.clusterbox.network;

import org.jspecify.annotations.NullMarked;
