/** The edge towards Slack: signed requests in, Web API calls out. */
@NullMarked
package dev.clusterbox.slack;

import org.jspecify.annotations.NullMarked;
