package dev.clusterbox.network;

/** A network as it is asked for. */
public record NetworkSpec(String name, Cidr cidr, String cluster) {

    public NetworkSpec {
        Label.parse("network", name);
        Label.parse("cluster", cluster);
    }
}
