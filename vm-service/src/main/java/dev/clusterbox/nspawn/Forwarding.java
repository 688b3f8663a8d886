package dev.clusterbox.nspawn;

import dev.clusterbox.host.Hosts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The host forwards packets while anybody here has a network. What it did before is noted on each bridge, as the alias that
 * {@code ip link} shows: so it is in the network namespace that the setting belongs to, and gone with it. Several installations
 * share a namespace: the last bridge to go restores.
 */
final class Forwarding {

    private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final String ON = "1";

    /** In words, for whoever looks at the host's interfaces. */
    private static final String NOTE = "Clusterbox; ip_forward was ";

    private static final Pattern NOTED = Pattern.compile("\\d+: (?<bridge>" + Installation.BRIDGE
            + "[0-9a-f]+)[:@].*\\balias " + NOTE + "(?<was>[01])(\\s.*|\\\\.*)?");

    private final Ip ip;

    Forwarding(Ip ip) {
        this.ip = ip;
    }

    /** The note is there before the setting is changed. Whoever comes second copies the note of who came first. */
    void on(String bridge) throws InterruptedException {
        var now = setting();
        var noted = noted();
        if (!noted.containsKey(bridge)) {
            var was = noted.values().stream().findFirst().orElse(now);
            ip.note(bridge, NOTE + was);
        }
        set(ON);
    }

    /** To be called while the bridge is still there: cut short, it can be done again. */
    void leave(String bridge) throws InterruptedException {
        var noted = noted();
        var was = noted.remove(bridge);
        if (was == null || !noted.isEmpty()) {
            return;
        }
        set(was);
        if (noted().size() > 1) { // one came while we left
            set(ON);
        }
    }

    /** What each bridge says, of all installations. */
    private Map<String, String> noted() throws InterruptedException {
        return ip.bridges()
                .map(NOTED::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(
                        line -> line.group("bridge"),
                        line -> line.group("was"),
                        (first, _) -> first,
                        LinkedHashMap::new));
    }

    private static String setting() {
        try {
            return Hosts.setting(SETTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void set(String value) {
        try {
            if (!setting().equals(value)) {
                Files.writeString(SETTING, value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
