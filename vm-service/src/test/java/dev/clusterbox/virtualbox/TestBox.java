package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Entrances;
import dev.clusterbox.host.Host;
import dev.clusterbox.host.HostNetworks;
import dev.clusterbox.image.Image;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.virtualbox.Templates.Template;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Installations in a {@link RealVirtualBox}, each with a folder of its own, and what is left of them. */
final class TestBox {

    /** The service has one of its own that is called virtualbox. */
    static final String NAME = "virtualbox-tested";

    static final Duration STOP_PATIENCE = Duration.ofMillis(300);

    private final RealVirtualBox box;
    private final Template template;

    TestBox(RealVirtualBox box, Template template) {
        this.box = box;
        this.template = template;
    }

    RealVirtualBox box() {
        return box;
    }

    /** A provider whose machines are clones of an empty disk. */
    MachineProvider provider(String installation) {
        return provider(installation, box.host());
    }

    MachineProvider provider(String installation, Host host) {
        return provider(installation, host, STOP_PATIENCE);
    }

    MachineProvider provider(String installation, Host host, Duration stopPatience) {
        return provider(installation, host, stopPatience, Entrances.none());
    }

    MachineProvider provider(String installation, Host host, Duration stopPatience, Entrances entrances) {
        var manage = new VBoxManage(host, box.program().toString(), Map.of(), Duration.ofMillis(100));
        var places = new Places(host, Optional.of(folder(installation).toString()), installation);
        var json = ObjectMapper.getDefault();
        var doctor = new Doctor(host, box.program().toString(), Map.of());
        return new VirtualBox(new VirtualBoxParts(
                NAME,
                host,
                manage,
                doctor,
                new Presence(NAME, doctor),
                installation,
                places,
                new Registry(manage, places, json),
                new Networks(
                        manage,
                        new HostOnlyInterfaces(host, manage, box.networksFile().toString()),
                        json,
                        installation,
                        HostNetworks::used),
                new Ready(template),
                entrances,
                false,
                stopPatience,
                InstantSource.system()));
    }

    Path folder(String installation) {
        return box.folder().resolve(installation);
    }

    /**
     * What there is of machines, disks, networks and our own notes: to be compared before and after. What VirtualBox itself notes of an
     * interface ({@code HostOnly/vboxnet0/…}) goes with {@code hostonlyif remove}, which is played here.
     */
    String state() throws InterruptedException, IOException {
        var manage = box.manage();
        return String.join(
                "\n",
                manage.run("list", "vms"),
                manage.run("list", "hdds"),
                manage.run("list", "dvds"),
                manage.run("list", "hostonlyifs"),
                manage.extraData("global").keySet().stream()
                        .filter(key -> key.startsWith("clusterbox/"))
                        .sorted()
                        .toList()
                        .toString());
    }

    /** Files of an installation, without empty folders. */
    List<String> files(String installation) throws IOException {
        if (!Files.exists(folder(installation))) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder(installation))) {
            return all.filter(Files::isRegularFile).map(Path::toString).sorted().toList();
        }
    }

    private record Ready(Template template) implements Templates {

        @Override
        public Image image() {
            return new Image(State.READY, template.id(), "ready", 0, null);
        }

        @Override
        public Image prepare() {
            return image();
        }

        @Override
        public Optional<Template> current() {
            return Optional.of(template);
        }
    }
}
