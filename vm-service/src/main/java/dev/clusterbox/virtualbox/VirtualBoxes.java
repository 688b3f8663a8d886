package dev.clusterbox.virtualbox;

import dev.clusterbox.base.BaseImages;
import dev.clusterbox.base.BaseSource;
import dev.clusterbox.host.Entrances;
import dev.clusterbox.host.Host;
import dev.clusterbox.host.HostNetworks;
import dev.clusterbox.host.LocalHost;
import dev.clusterbox.host.RemoteLook;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.virtualbox.Networks.UsedByHost;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** VirtualBox on this computer and on others, a provider for each. */
public final class VirtualBoxes {

    private static final Duration RETRY_DELAY = Duration.ofMillis(100);

    /** A machine with Kubernetes on it is off within a few seconds; one whose guest does not listen never is. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

    /** VirtualBox's programs find each other by these: without them there would be a second VBoxSVC on the same settings. */
    private static final List<String> IDENTITY =
            List.of("HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "VBOX_USER_HOME", "VBOX_IPC_SOCKETID");

    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final String installation;
    private final Contents contents;
    private final BaseImages bases;
    private final ObjectMapper json;
    private final InstantSource clock;

    /** @param state the service's own folder: what is made with it is named by it */
    public VirtualBoxes(Path state, Contents contents, ObjectMapper json, InstantSource clock) {
        this.installation = installation(state);
        this.contents = contents;
        this.bases = new BaseImages(state.resolve("bases"), SILENCE);
        this.json = json;
        this.clock = clock;
    }

    /**
     * What can be set for a host.
     *
     * @param provider the name of the provider
     * @param program VBoxManage's name or path on that host
     * @param folder where machines and images lie on that host; one in its user's home if it is not given
     * @param hidden whether the gateway sees machines from an address that is not theirs
     * @param entrances where agents come in
     */
    public record Options(
            String provider, String program, Optional<String> folder, boolean hidden, Entrances entrances) {}

    /**
     * What images are made of.
     *
     * @param base a path or an address; empty for the default
     * @param checksum of the base, such as {@code sha512:…}
     * @param agent the agent's tree; without it no image can be made
     * @param artifacts what the agent need not fetch
     * @param patience for how long a machine may boot before it answers
     */
    public record Contents(
            String base, String checksum, Optional<Path> agent, Optional<Path> artifacts, Duration patience) {}

    public MachineProvider on(Host host, Options options) {
        boolean here = host instanceof LocalHost;
        var environment = here ? identity() : Map.<String, String>of();
        var manage = new VBoxManage(host, options.program(), environment, RETRY_DELAY);
        var doctor = new Doctor(host, options.program(), environment);
        var places = new Places(host, options.folder(), installation);
        UsedByHost used =
                here ? HostNetworks::used : ours -> RemoteLook.at(host).used(ours);
        return new VirtualBox(new VirtualBoxParts(
                options.provider(),
                host,
                manage,
                doctor,
                new Presence(options.provider(), doctor),
                installation,
                places,
                new Registry(manage, places, json),
                new Networks(manage, new HostOnlyByPlatform(host, manage), json, installation, used),
                templates(host, manage, places),
                options.entrances(),
                options.hidden(),
                STOP_PATIENCE,
                clock));
    }

    private Templates templates(Host host, VBoxManage manage, Places places) {
        if (contents.agent().isEmpty()) {
            return new NoTemplates();
        }
        return new BakedImages(
                host,
                new ImageMachines(host, manage, places),
                bases,
                architecture -> BaseSource.parse(contents.base(), contents.checksum(), architecture),
                new SshBaking(contents.agent().get(), contents.artifacts(), contents.patience(), clock));
    }

    private static Map<String, String> identity() {
        var environment = new HashMap<String, String>();
        environment.put("HOME", System.getProperty("user.home"));
        environment.put("USER", System.getProperty("user.name"));
        environment.put("LOGNAME", System.getProperty("user.name"));
        for (var name : IDENTITY) {
            var value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        return environment;
    }

    private static String installation(Path state) {
        try {
            var path = Files.createDirectories(state).toRealPath().toString();
            var digest = MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
