/** The disk of an operating system that images of machines are made from: found, fetched, checked, and turned into one. */
@NullMarked
package dev.clusterbox.base;

import org.jspecify.annotations.NullMarked;
