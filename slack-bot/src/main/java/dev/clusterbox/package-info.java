/** The program itself. */
@NullMarked
package dev.clusterbox;

import org.jspecify.annotations.NullMarked;
