/** How things look in Slack. Pure functions: nothing here talks to anybody. */
@NullMarked
package dev.clusterbox.message;

import org.jspecify.annotations.NullMarked;
