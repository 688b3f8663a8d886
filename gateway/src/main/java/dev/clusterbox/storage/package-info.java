/** The database. */
@NullMarked
package dev.clusterbox.storage;

import org.jspecify.annotations.NullMarked;
