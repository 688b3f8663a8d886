package dev.clusterbox.virtualbox;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * As macOS has it since VirtualBox 7.0, whose kernel driver is gone there: a network of macOS's own, in which the host has the
 * first address of the range. Machines ask nobody for an address, so the rest of the range does no harm.
 */
final class HostOnlyNetworks implements HostOnly {

    private final VBoxManage manage;

    HostOnlyNetworks(VBoxManage manage) {
        this.manage = manage;
    }

    @Override
    public List<Link> links() throws InterruptedException {
        // There is an empty line after the second one of each, too (7.0 to 7.2).
        return Stream.of(manage.run("list", "hostonlynets").split("(?m)^(?=Name:)", -1))
                .map(Paragraphs::fields)
                .filter(fields -> fields.containsKey("Name"))
                .map(fields -> {
                    var address = Optional.ofNullable(fields.get("LowerIP"))
                            .filter(text -> !text.isEmpty())
                            .map(Ipv4::parse);
                    var mask = fields.getOrDefault("NetworkMask", "255.255.255.0");
                    int prefix = Integer.bitCount(Ipv4.parse(mask).bits());
                    return new Link(fields.get("Name"), address, address.map(first -> Cidr.around(first, prefix)));
                })
                .toList();
    }

    @Override
    public String create(String wanted, Cidr range) throws InterruptedException {
        manage.run(
                "hostonlynet",
                "add",
                "--name",
                wanted,
                "--netmask",
                HostOnlyInterfaces.mask(range),
                "--lower-ip",
                range.host().toString(),
                "--upper-ip",
                last(range),
                "--enable");
        return wanted;
    }

    /** The last but the broadcast address. */
    private static String last(Cidr range) {
        return new Ipv4((range.network().bits() | (int) (0xffff_ffffL >>> range.prefix())) - 1).toString();
    }

    @Override
    public void configure(String link, Cidr range) {
        // It has its addresses from the beginning.
    }

    @Override
    public void remove(String link) throws InterruptedException {
        manage.run("hostonlynet", "remove", "--name", link);
    }

    @Override
    public List<String> adapter(int number, String link) {
        return List.of("--nic" + number, "hostonlynet", "--host-only-net" + number, link);
    }

    @Override
    public void requireAllowed(Cidr range) {
        // networks.conf is not for these.
    }
}
