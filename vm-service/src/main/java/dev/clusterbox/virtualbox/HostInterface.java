package dev.clusterbox.virtualbox;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import java.util.List;
import java.util.Optional;

/**
 * An interface of the host, as {@code list hostonlyifs} and {@code list bridgedifs} tell it.
 *
 * @param network what VirtualBox calls the network behind it
 * @param range that it has an address in
 */
record HostInterface(String name, String network, Optional<Ipv4> address, Optional<Cidr> range) {

    private static final String NONE = "0.0.0.0";

    static List<HostInterface> parse(String printed) {
        return Paragraphs.of(printed).stream()
                .filter(fields -> fields.containsKey("Name"))
                .map(fields -> {
                    var address = fields.getOrDefault("IPAddress", NONE);
                    var mask = fields.getOrDefault("NetworkMask", NONE);
                    boolean has = !address.isEmpty() && !address.equals(NONE);
                    var ip = has ? Optional.of(Ipv4.parse(address)) : Optional.<Ipv4>empty();
                    return new HostInterface(
                            fields.get("Name"),
                            fields.getOrDefault("VBoxNetworkName", ""),
                            ip,
                            ip.map(some -> Cidr.around(some, prefix(mask))));
                })
                .toList();
    }

    private static int prefix(String mask) {
        return mask.isEmpty() ? 32 : Integer.bitCount(Ipv4.parse(mask).bits());
    }
}
