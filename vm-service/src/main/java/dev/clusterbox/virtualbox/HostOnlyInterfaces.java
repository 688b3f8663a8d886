package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.Host;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** As Linux and Windows have it: an interface {@code vboxnet0} of the host, by VirtualBox's kernel driver. */
final class HostOnlyInterfaces implements HostOnly {

    private static final Pattern CREATED = Pattern.compile("Interface '(?<name>[^']+)' was successfully created");

    private final Host host;
    private final VBoxManage manage;
    private final String networksFile;

    /** @param networksFile which ranges are allowed, on the host; {@link NetworksConf#FILE} but for tests */
    HostOnlyInterfaces(Host host, VBoxManage manage, String networksFile) {
        this.host = host;
        this.manage = manage;
        this.networksFile = networksFile;
    }

    @Override
    public List<Link> links() throws InterruptedException {
        return HostInterface.parse(manage.run("list", "hostonlyifs")).stream()
                .map(some -> new Link(some.name(), some.address(), some.range()))
                .toList();
    }

    @Override
    public String create(String wanted, Cidr range) throws InterruptedException {
        var printed = manage.run("hostonlyif", "create");
        var created = CREATED.matcher(printed);
        if (!created.find()) {
            throw Problem.failed(
                            "VirtualBox made a host-only interface and did not say which: " + printed.strip(),
                            "look at 'VBoxManage list hostonlyifs' on the host " + host.name())
                    .asException();
        }
        return created.group("name");
    }

    @Override
    public void configure(String link, Cidr range) throws InterruptedException {
        manage.run("hostonlyif", "ipconfig", link, "--ip", range.host().toString(), "--netmask", mask(range));
        // VirtualBox's first interface has one from the beginning; it would answer machines that ask for an address.
        for (var server : Paragraphs.of(manage.run("list", "dhcpservers"))) {
            var network = server.getOrDefault("NetworkName", "");
            if (network.equals("HostInterfaceNetworking-" + link)) {
                manage.run("dhcpserver", "remove", "--network", network);
            }
        }
    }

    static String mask(Cidr range) {
        return new Ipv4(-1 << (32 - range.prefix())).toString();
    }

    @Override
    public void remove(String link) throws InterruptedException {
        manage.run("hostonlyif", "remove", link);
    }

    @Override
    public List<String> adapter(int number, String link) {
        return List.of("--nic" + number, "hostonly", "--host-only-adapter" + number, link);
    }

    @Override
    public void requireAllowed(Cidr range) throws InterruptedException {
        var file = host.run(Command.of("cat", networksFile));
        var allowed = NetworksConf.parse(file.succeeded() ? Optional.of(file.stdout()) : Optional.empty());
        if (!allowed.allows(range)) {
            throw Problem.conflict(
                            "VirtualBox on the host %s allows no network %s (%s allows %s)"
                                    .formatted(host.name(), range, NetworksConf.FILE, allowed),
                            "as root on that host, add the line '* %s' to %s; or take a range that is allowed"
                                    .formatted(range, NetworksConf.FILE))
                    .asException();
        }
    }
}
