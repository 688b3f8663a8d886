package dev.clusterbox.seed;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.HardwareAddress;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.Label;
import dev.clusterbox.problem.Problem;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The CD by which a machine with a kernel of its own learns who it is: the {@link Seed}, its name, its addresses, and who
 * may log in. In the machine {@code clusterbox-seed} (see {@code src/main/resources/guest}) copies it into place, at boot and
 * whenever the disk is changed, if the adapters are the machine's.
 *
 * @param network the machines' own one
 * @param nat the adapter towards the world, which asks for its address
 * @param hostOnly the adapter in the network
 * @param hosts names and addresses that the machine knows without asking anybody
 */
public record SeedDisk(
        Seed seed, Cidr network, HardwareAddress nat, HardwareAddress hostOnly, Map<String, Ipv4> hosts) {

    public static final String LABEL = "CLUSTERBOX";

    public SeedDisk {
        if (!network.isForMachine(seed.address())) {
            throw Problem.invalid("address: %s (expected: inside %s)".formatted(seed.address(), network), "")
                    .asException();
        }
        if (nat.equals(hostOnly)) {
            throw Problem.invalid("hardware addresses: both are %s".formatted(nat), "")
                    .asException();
        }
        hosts.keySet().forEach(host -> Label.parse("hosts", host));
        hosts = Map.copyOf(hosts);
    }

    /**
     * Makes the image, about 0.4 MiB.
     *
     * @param now the time that a machine whose clock is behind sets it to
     */
    public byte[] image(Instant now) {
        return Iso9660.image(LABEL, files(now), now);
    }

    Map<String, String> files(Instant now) {
        var files = new LinkedHashMap<String, String>();
        files.put("05-nat.network", natNetwork());
        files.put("10-clusterbox.network", hostOnlyNetwork());
        seed.sshPublicKey().ifPresent(key -> files.put("authorized_keys", key + "\n"));
        files.put("hostname", seed.hostName() + "\n");
        files.put("hosts", HostsFile.of(seed.hostName(), seed.address(), hosts));
        files.put("seed.properties", seed.asProperties(now, "own"));
        return files;
    }

    /** What others say of this machine's name, and of where names are looked up, does not count. */
    private String natNetwork() {
        return """
                # By Clusterbox, from the seed disk: the adapter towards the world.
                [Match]
                MACAddress=%s

                [Link]
                RequiredForOnline=no

                [Network]
                DHCP=ipv4
                IPv6AcceptRA=no
                LinkLocalAddressing=no

                [DHCPv4]
                ClientIdentifier=mac
                UseDomains=no
                UseHostname=no
                """.formatted(nat);
    }

    private String hostOnlyNetwork() {
        return """
                # By Clusterbox, from the seed disk: the adapter in the cluster's network.
                [Match]
                MACAddress=%s

                [Link]
                RequiredForOnline=no

                [Network]
                Address=%s/%d
                IPv6AcceptRA=no
                LinkLocalAddressing=no
                """.formatted(hostOnly, seed.address(), network.prefix());
    }
}
