/** What a Kubernetes release consists of, as data, and how it becomes operations on a machine. */
@NullMarked
package dev.clusterbox.release;

import org.jspecify.annotations.NullMarked;
