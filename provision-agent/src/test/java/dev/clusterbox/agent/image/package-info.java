/** How the tree that is laid at / of a machine is built; run by the build after the tests. */
@NullMarked
package dev.clusterbox.agent.image;

import org.jspecify.annotations.NullMarked;
