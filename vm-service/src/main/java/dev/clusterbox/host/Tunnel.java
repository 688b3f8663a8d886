package dev.clusterbox.host;

/** A port of this computer's loopback that leads to one of a host's, until it is closed. */
public interface Tunnel extends AutoCloseable {

    int port();

    @Override
    void close();
}
