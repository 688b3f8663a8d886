/** The database: what is committed is on disk. */
@NullMarked
package dev.clusterbox.pki.store;

import org.jspecify.annotations.NullMarked;
