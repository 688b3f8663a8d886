package dev.clusterbox;

import dev.clusterbox.host.Computer;
import dev.clusterbox.host.Entrances;
import dev.clusterbox.host.Hosts;
import dev.clusterbox.host.LocalHost;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.nspawn.NspawnHost;
import dev.clusterbox.rest.Access;
import dev.clusterbox.rest.TokenFile;
import dev.clusterbox.virtualbox.VirtualBoxes;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.EachBean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Who gets what. */
@Factory
final class Wiring {

    /** A minute on a computer that is busy; the rest is for slow disks. */
    private static final Duration BOOT = Duration.ofMinutes(5);

    @Singleton
    Access access(Settings settings) {
        return new TokenFile("gateway", settings.tokenFile());
    }

    /** At start, so that a folder of machines that another service has ends this one at once. */
    @Context
    @Bean(preDestroy = "close")
    NspawnHost nspawnHost(Settings settings, ObjectMapper json) {
        return NspawnHost.open(
                settings.state(),
                settings.images(),
                Optional.ofNullable(settings.agentImage()),
                Optional.ofNullable(settings.artifactStore()),
                new LocalRunner(),
                json,
                InstantSource.system());
    }

    @Singleton
    MachineProvider nspawn(NspawnHost host) {
        return host.provider();
    }

    @Singleton
    VirtualBoxes virtualBoxes(Settings settings, VirtualBoxSettings box, ObjectMapper json) {
        var contents = new VirtualBoxes.Contents(
                Objects.requireNonNullElse(box.base(), ""),
                Objects.requireNonNullElse(box.baseChecksum(), ""),
                Optional.ofNullable(settings.agentImage()),
                Optional.ofNullable(settings.artifactStore()),
                Objects.requireNonNullElse(box.bootPatience(), BOOT));
        return new VirtualBoxes(settings.state(), contents, json, InstantSource.system());
    }

    /** On this computer. Where there is no VirtualBox it says so when it is asked. */
    @Singleton
    MachineProvider virtualBox(VirtualBoxes all, VirtualBoxSettings settings) {
        return all.on(
                new LocalHost(new LocalRunner()),
                new VirtualBoxes.Options(
                        "virtualbox",
                        Objects.requireNonNullElse(settings.program(), "VBoxManage"),
                        Optional.ofNullable(settings.folder()),
                        Boolean.TRUE.equals(settings.hidden()),
                        Entrances.none()));
    }

    @Singleton
    Computer computer(Settings settings, VirtualBoxSettings virtualBox) {
        return new Computer(
                new LocalHost(new LocalRunner()),
                List.of("nspawn", "virtualbox"),
                Objects.requireNonNullElse(virtualBox.program(), "VBoxManage"),
                ours -> Hosts.facts(settings.state(), ours));
    }

    /** At start, so that a setting that cannot be right ends it, and agents over there come in again. */
    @Context
    @EachBean(SshSettings.class)
    @Bean(preDestroy = "close")
    RemoteVirtualBox remote(SshSettings settings, VirtualBoxes all) {
        return RemoteVirtualBox.of(settings, all);
    }

    @EachBean(RemoteVirtualBox.class)
    MachineProvider virtualBox(RemoteVirtualBox remote) {
        return remote.provider();
    }

    @EachBean(RemoteVirtualBox.class)
    Computer computer(RemoteVirtualBox remote) {
        return remote.computer();
    }
}
