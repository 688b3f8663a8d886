/** Makes a fresh machine, reached over SSH, the image that others are cloned from. */
@NullMarked
package dev.clusterbox.bake;

import org.jspecify.annotations.NullMarked;
