package dev.clusterbox.virtualbox;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import java.util.List;
import java.util.Optional;

/** How VirtualBox on one kind of host makes a network that only the host and machines are in. Calls take turns: the host is one. */
interface HostOnly {

    /** All that are there, whoever's. */
    List<Link> links() throws InterruptedException;

    /**
     * Makes one and returns its name.
     *
     * @param wanted what it is called where names can be chosen
     */
    String create(String wanted, Cidr range) throws InterruptedException;

    /** Gives one of ours the host's address in the range, and takes its DHCP server away. */
    void configure(String link, Cidr range) throws InterruptedException;

    void remove(String link) throws InterruptedException;

    /** What {@code modifyvm} needs so that an adapter is in it. */
    List<String> adapter(int number, String link) throws InterruptedException;

    /** A problem if VirtualBox will not have this range. */
    void requireAllowed(Cidr range) throws InterruptedException;

    /**
     * One of them.
     *
     * @param address the host's in it, if it has one
     */
    record Link(String name, Optional<Ipv4> address, Optional<Cidr> range) {}
}
