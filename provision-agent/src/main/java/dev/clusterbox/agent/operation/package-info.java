/** What the agent can do to its machine: each verb a type, confined, idempotent, with a dry run. */
@NullMarked
package dev.clusterbox.agent.operation;

import org.jspecify.annotations.NullMarked;
