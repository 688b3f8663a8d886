package dev.clusterbox.fetch;

/** It cannot be had from there now; the message says why. */
public final class Unavailable extends Exception {

    public Unavailable(String reason) {
        super(reason);
    }
}
