package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Host;
import dev.clusterbox.machine.Availability;
import dev.clusterbox.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a VirtualBox is there that can be driven. Once it was seen it is not looked for again for a while: each call asks this first. */
final class Presence {

    private static final Duration TRUSTED = Duration.ofMinutes(1);

    private final String provider;
    private final Host host;
    private final VBoxManage manage;

    private @Nullable Availability seen;
    private long seenAt;

    Presence(String provider, Host host, VBoxManage manage) {
        this.provider = provider;
        this.host = host;
        this.manage = manage;
    }

    synchronized Availability availability() throws InterruptedException {
        var last = seen;
        if (last != null && System.nanoTime() - seenAt < TRUSTED.toNanos()) {
            return last;
        }
        var now = look();
        seen = now.available() ? now : null;
        seenAt = System.nanoTime();
        return now;
    }

    private Availability look() throws InterruptedException {
        try {
            var version = Version.parse(manage.run("--version"));
            if (version.isEmpty()) {
                return no("VBoxManage on the host %s does not tell its version".formatted(host.name()));
            }
            if (version.get().isOld()) {
                return no("VirtualBox %s on the host %s is too old: install 7.0 or newer"
                        .formatted(version.get(), host.name()));
            }
            return new Availability(
                    provider,
                    true,
                    "VirtualBox %s on the host %s".formatted(version.get(), host.name()),
                    version.get().isNewerThanKnown()
                            ? List.of("VirtualBox %s is newer than what this version was tested with"
                                    .formatted(version.get()))
                            : List.of());
        } catch (ProblemException e) {
            return no("VirtualBox on the host %s does not answer: %s (%s)"
                    .formatted(host.name(), e.problem().message(), e.problem().hint()));
        }
    }

    private Availability no(String why) {
        return new Availability(provider, false, why, List.of());
    }
}
