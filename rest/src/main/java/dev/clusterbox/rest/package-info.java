/** What the REST edge of each service has in common. */
@NullMarked
package dev.clusterbox.rest;

import org.jspecify.annotations.NullMarked;
