package dev.clusterbox.host;

/** Where agents in machines come in: at their host's address in their network, which leads to the gateway. */
public interface Entrances {

    /** Returns when machines can come in there. It stays, whatever is lost in between, until it is closed. */
    void open(String address) throws InterruptedException;

    void close(String address);

    /** Where the gateway itself listens at that address, or machines find it in another way. */
    static Entrances none() {
        return new Entrances() {

            @Override
            public void open(String address) {}

            @Override
            public void close(String address) {}
        };
    }
}
