/** The only package that starts processes. */
@NullMarked
package dev.clusterbox.agent.process;

import org.jspecify.annotations.NullMarked;
