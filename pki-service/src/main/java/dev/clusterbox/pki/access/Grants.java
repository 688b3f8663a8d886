package dev.clusterbox.pki.access;

import dev.clusterbox.rest.Caller;

/** Knows what each caller may do. */
public interface Grants {

    Rights of(Caller caller);
}
