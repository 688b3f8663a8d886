/** The process inside each machine: it enrols itself with the gateway, then carries out its commands. */
@NullMarked
package dev.clusterbox.agent;

import org.jspecify.annotations.NullMarked;
