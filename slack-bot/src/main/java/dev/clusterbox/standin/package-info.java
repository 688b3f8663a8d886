/**
 * A double of Slack, for trying the bot without a workspace and for its tests. Nothing of the bot uses it. What it accepts
 * and how it refuses follows docs.slack.dev; the classes name the pages.
 */
@NullMarked
package dev.clusterbox.standin;

import org.jspecify.annotations.NullMarked;
