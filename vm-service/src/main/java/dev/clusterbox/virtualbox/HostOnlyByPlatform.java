package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.Host;
import dev.clusterbox.network.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks a host what it is when that is needed first: it may not answer yet when this service starts. */
final class HostOnlyByPlatform implements HostOnly {

    private final Host host;
    private final VBoxManage manage;
    private volatile @Nullable HostOnly found;

    HostOnlyByPlatform(Host host, VBoxManage manage) {
        this.host = host;
        this.manage = manage;
    }

    private HostOnly it() throws InterruptedException {
        var known = found;
        if (known == null) {
            var system = host.run(Command.of("uname", "-s"));
            boolean mac = system.succeeded()
                    && Platform.named(system.stdout())
                            .filter(Platform.MACOS::equals)
                            .isPresent();
            known = mac ? new HostOnlyNetworks(manage) : new HostOnlyInterfaces(host, manage, NetworksConf.FILE);
            found = known;
        }
        return known;
    }

    @Override
    public List<Link> links() throws InterruptedException {
        return it().links();
    }

    @Override
    public String create(String wanted, Cidr range) throws InterruptedException {
        return it().create(wanted, range);
    }

    @Override
    public void configure(String link, Cidr range) throws InterruptedException {
        it().configure(link, range);
    }

    @Override
    public void remove(String link) throws InterruptedException {
        it().remove(link);
    }

    @Override
    public List<String> adapter(int number, String link) throws InterruptedException {
        return it().adapter(number, link);
    }

    @Override
    public void requireAllowed(Cidr range) throws InterruptedException {
        it().requireAllowed(range);
    }
}
