package dev.clusterbox.host;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/** Ports that another computer's SSH server listens on for us, one in each network there. */
public final class SshEntrances implements Entrances, AutoCloseable {

    private final SshHost host;
    private final InetSocketAddress gateway;
    private final Map<String, SshReverse> open = new HashMap<>();

    /** @param gateway where agents are brought, seen from here; the port there is the same */
    public SshEntrances(SshHost host, InetSocketAddress gateway) {
        this.host = host;
        this.gateway = gateway;
    }

    @Override
    public synchronized void open(String address) throws InterruptedException {
        if (!open.containsKey(address)) {
            open.put(address, host.reverse(address, gateway.getPort(), gateway));
        }
    }

    @Override
    public synchronized void close(String address) {
        var reverse = open.remove(address);
        if (reverse != null) {
            reverse.close();
        }
    }

    @Override
    public synchronized void close() {
        open.values().forEach(SshReverse::close);
        open.clear();
    }
}
