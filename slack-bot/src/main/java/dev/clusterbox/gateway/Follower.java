package dev.clusterbox.gateway;

/** Who wants to know what happens in an operation. */
public interface Follower {

    void happened(Event event);

    /** Nothing can be heard at the moment; the operation itself probably goes on. */
    void waiting(String because);

    /** It ended, but its events did not say so: they are no longer kept, or the gateway was replaced. */
    void ended(Operation operation);
}
