package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Entrances;
import dev.clusterbox.host.Host;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What a {@link VirtualBox} is put together from.
 *
 * @param name of the provider
 * @param installation names what is ours among what others make with the same VirtualBox
 * @param hidden whether the gateway sees machines from an address that is not theirs
 * @param stopPatience for a machine that was asked to stop
 */
record VirtualBoxParts(
        String name,
        Host host,
        VBoxManage manage,
        Doctor doctor,
        Presence presence,
        String installation,
        Places places,
        Registry registry,
        Networks networks,
        Templates templates,
        Entrances entrances,
        boolean hidden,
        Duration stopPatience,
        InstantSource clock) {}
