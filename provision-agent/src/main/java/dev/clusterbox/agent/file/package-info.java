/** Files that appear whole or not at all. */
@NullMarked
package dev.clusterbox.agent.file;

import org.jspecify.annotations.NullMarked;
