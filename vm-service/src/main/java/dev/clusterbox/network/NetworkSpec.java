package dev.clusterbox.network;

import dev.clusterbox.problem.Problem;

/** A network as it is asked for. */
public record NetworkSpec(String name, Cidr cidr, String cluster) {

    public NetworkSpec {
        Label.parse("network", name);
        Label.parse("cluster", cluster);
    }

    /** That a network which is there is the one that is asked for; a conflict otherwise. */
    public void requireSame(Cidr there, String itsCluster) {
        if (!there.equals(cidr) || !itsCluster.equals(cluster)) {
            throw Problem.conflict(
                            "network %s is there with the range %s, for the cluster %s"
                                    .formatted(name, there, itsCluster),
                            "take another name, or delete that network first")
                    .asException();
        }
    }

    /**
     * That nobody else has any of its addresses; a conflict otherwise.
     *
     * @param owner who has the other range, for people
     */
    public void requireApart(Cidr other, String owner) {
        if (cidr.overlaps(other)) {
            throw Problem.conflict(
                            "%s overlaps %s, which %s uses".formatted(cidr, other, owner),
                            "take another range, such as the next /24 of 192.168.56.0/21")
                    .asException();
        }
    }
}
