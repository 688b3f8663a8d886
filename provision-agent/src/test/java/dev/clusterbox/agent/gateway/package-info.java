/** A gateway for tests and for the training of the start-up cache: real TLS, no policy. */
@NullMarked
package dev.clusterbox.agent.gateway;

import org.jspecify.annotations.NullMarked;
