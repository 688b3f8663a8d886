/** What people can type, as data that parser, help and dispatch share. */
@NullMarked
package dev.clusterbox.command;

import org.jspecify.annotations.NullMarked;
