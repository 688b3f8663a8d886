package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Host;
import dev.clusterbox.machine.StoredImage;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual machines that images are, in a folder of their own: {@code clusterbox-image-<id>}. One that has no snapshot
 * {@code baked} was given up half-way, and is thrown away.
 */
final class ImageMachines {

    private static final Logger LOG = LoggerFactory.getLogger(ImageMachines.class);

    static final String PREFIX = "clusterbox-image-";
    static final String SNAPSHOT = "baked";
    static final String CONTROLLER = "SATA";

    private static final String CREATED = "clusterbox/created";
    private static final Duration COPYING = Duration.ofMinutes(30);
    private static final Duration POWERING_OFF = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Pattern NAMED = Pattern.compile("(?m)^\"(?<name>[^\"]+)\" \\{[0-9a-f-]+}$");
    private static final Pattern FILE = Pattern.compile("(?m)^CfgFile=\"(?<path>.*)\"$");
    private static final Pattern STATE = Pattern.compile("(?m)^VMState=\"(?<state>.*)\"$");
    private static final Pattern BAKED = Pattern.compile(
            "SnapshotName[0-9-]*=\"" + SNAPSHOT + "\"\\R+SnapshotUUID[0-9-]*=\"(?<uuid>[0-9a-f-]{36})\"");
    private static final Pattern TAKEN = Pattern.compile("UUID: (?<uuid>[0-9a-f-]{36})");
    private static final Pattern SIZE = Pattern.compile("(?m)^Size on disk: *(?<mib>[0-9]+) MBytes$");

    private final Host host;
    private final VBoxManage manage;
    private final Places places;

    ImageMachines(Host host, VBoxManage manage, Places places) {
        this.host = host;
        this.manage = manage;
        this.places = places;
    }

    String place() throws InterruptedException {
        return places.folder() + "/images";
    }

    private String disk(String id) throws InterruptedException {
        return "%s/%s%s/disk.vdi".formatted(place(), PREFIX, id);
    }

    private String seed(String id) throws InterruptedException {
        return "%s/%s%s/seed.iso".formatted(place(), PREFIX, id);
    }

    /** The snapshot of an image that is done. */
    Optional<String> snapshot(String id) throws InterruptedException {
        if (!isOurs(PREFIX + id)) {
            return Optional.empty();
        }
        try {
            var baked = BAKED.matcher(manage.run("snapshot", PREFIX + id, "list", "--machinereadable"));
            return baked.find() ? Optional.of(baked.group("uuid")) : Optional.empty();
        } catch (ProblemException e) {
            return Optional.empty(); // "does not have any snapshots" is a failure, too
        }
    }

    private boolean isOurs(String name) throws InterruptedException {
        var file = FILE.matcher(information(name).orElse(""));
        return file.find() && Places.isBelow(place(), file.group("path"));
    }

    private Optional<String> information(String name) throws InterruptedException {
        try {
            return Optional.of(manage.run("showvminfo", name, "--machinereadable"));
        } catch (ProblemException e) {
            if (e.problem().code() == Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** All of ours, whatever their state. */
    private List<String> ids() throws InterruptedException {
        var ids = new ArrayList<String>();
        var named = NAMED.matcher(manage.run("list", "vms"));
        while (named.find()) {
            var name = named.group("name");
            if (name.startsWith(PREFIX) && isOurs(name)) {
                ids.add(name.substring(PREFIX.length()));
            }
        }
        return ids;
    }

    /** Removes what was given up half-way. To be called while nothing is made. */
    void sweep() throws InterruptedException {
        var known = ids();
        for (var id : known) {
            if (snapshot(id).isEmpty()) {
                LOG.info("removing {}{}, which was not finished", PREFIX, id);
                remove(id);
            }
        }
        for (var name : host.list(place())) {
            if (name.startsWith(PREFIX) && !known.contains(name.substring(PREFIX.length()))) {
                host.remove(place() + "/" + name); // what VirtualBox forgot, or never knew
            }
        }
    }

    /** Leaves nothing of it: the machine, its disks, its folder. */
    void remove(String id) throws InterruptedException {
        var name = PREFIX + id;
        if (isOurs(name)) {
            powerOff(name);
            ejectSeed(id);
            manage.run("unregistervm", name, "--delete");
        }
        closeMediaOf(id);
        host.remove(place() + "/" + name);
    }

    private void powerOff(String name) throws InterruptedException {
        if (!state(name).matches("poweroff|aborted")) {
            try {
                manage.run("controlvm", name, "poweroff");
            } catch (ProblemException e) {
                LOG.info("{} does not run any more: {}", name, e.getMessage());
            }
            awaitOff(name, Duration.ofSeconds(30));
        }
    }

    /** A copy that was broken off is known to VirtualBox without a machine that has it. */
    private void closeMediaOf(String id) throws InterruptedException {
        for (var medium : media()) {
            if (medium.location().startsWith("%s/%s%s/".formatted(place(), PREFIX, id))) {
                manage.run("closemedium", "disk", medium.uuid());
            }
        }
    }

    private List<Media> media() throws InterruptedException {
        return Media.parse(manage.run("list", "hdds"));
    }

    /** Makes the machine with its adapter; it has no disk yet. */
    void create(String id, String architecture) throws InterruptedException {
        var name = PREFIX + id;
        if (information(name).isPresent()) {
            throw Problem.conflict(
                            "VirtualBox on %s has a machine '%s' that was not made here".formatted(host.name(), name),
                            "rename that machine, or remove it")
                    .asException();
        }
        boolean arm = architecture.matches("aarch64|arm64");
        manage.run(
                "createvm",
                "--name",
                name,
                "--basefolder",
                place(),
                "--ostype",
                arm ? "Debian_arm64" : "Debian_64",
                "--register");
        manage.run(
                "modifyvm",
                name,
                "--cpus",
                "2",
                "--memory",
                "2048",
                "--rtc-use-utc",
                "on",
                "--audio-enabled",
                "off",
                "--boot1",
                "disk",
                "--boot2",
                "none",
                "--boot3",
                "none",
                "--boot4",
                "none",
                "--nic1",
                "nat");
        manage.run("storagectl", name, "--name", CONTROLLER, "--add", "sata", "--portcount", "2", "--bootable", "on");
        manage.run("setextradata", name, CREATED, Instant.now().toString());
    }

    /**
     * Gives it a disk of its own.
     *
     * @param sizeMiB that the disk should have at least
     */
    void copyDisk(String id, String base, long sizeMiB, Consumer<String> say) throws InterruptedException {
        say.accept("copying the base image");
        closeBase(base); // which one that was killed while it copied has left open
        // It is a copy of a disk that VirtualBox may know as somebody's, and takes no other with the same UUID.
        manage.run("internalcommands", "sethduuid", base);
        try {
            manage.run(COPYING, _ -> {}, "clonemedium", "disk", base, disk(id), "--format", "VDI");
        } finally {
            closeBase(base);
        }
        if (capacityMiB(disk(id)) < sizeMiB) {
            // In MiB it refuses what it takes for a mistake, such as from 4 MiB to 40 GiB.
            manage.run("modifymedium", "disk", disk(id), "--resizebyte", Long.toString(sizeMiB << 20));
        }
        attach(id, 0, "hdd", disk(id));
    }

    private void closeBase(String base) throws InterruptedException {
        for (var medium : media()) {
            if (medium.location().equals(base)) {
                manage.run("closemedium", "disk", medium.uuid());
            }
        }
    }

    private long capacityMiB(String medium) throws InterruptedException {
        return Pattern.compile("(?m)^Capacity: *(?<mib>[0-9]+) MBytes$")
                .matcher(manage.run("showmediuminfo", "disk", medium))
                .results()
                .mapToLong(match -> Long.parseLong(match.group("mib")))
                .findFirst()
                .orElse(0);
    }

    private void attach(String id, int port, String type, String medium) throws InterruptedException {
        manage.run(
                "storageattach",
                PREFIX + id,
                "--storagectl",
                CONTROLLER,
                "--port",
                Integer.toString(port),
                "--device",
                "0",
                "--type",
                type,
                "--medium",
                medium);
    }

    /** @param port of the host's loopback that will lead to the machine's SSH */
    void start(String id, byte[] seed, int port) throws InterruptedException {
        host.write(seed(id), seed);
        attach(id, 1, "dvddrive", seed(id));
        manage.run("modifyvm", PREFIX + id, "--natpf1", "ssh,tcp,127.0.0.1,%d,,22".formatted(port));
        manage.run("startvm", PREFIX + id, "--type", "headless");
    }

    /** Makes what has turned itself off an image, and returns its snapshot. */
    String finish(String id) throws InterruptedException {
        awaitOff(PREFIX + id, POWERING_OFF);
        ejectSeed(id);
        manage.run("modifyvm", PREFIX + id, "--natpf1", "delete", "ssh");
        var taken = TAKEN.matcher(manage.run("snapshot", PREFIX + id, "take", SNAPSHOT));
        if (!taken.find()) {
            throw Problem.failed("VirtualBox took a snapshot of %s%s and did not say which".formatted(PREFIX, id), "")
                    .asException();
        }
        return taken.group("uuid");
    }

    /** The drive stays, empty: machines get their seeds by it. */
    private void ejectSeed(String id) throws InterruptedException {
        if (!host.exists(seed(id))) {
            return;
        }
        try {
            attach(id, 1, "dvddrive", "emptydrive");
            manage.run("closemedium", "dvd", seed(id));
        } catch (ProblemException e) {
            LOG.info("the seed of {}{} was not in its drive: {}", PREFIX, id, e.getMessage());
        }
        host.remove(seed(id));
    }

    private String state(String name) throws InterruptedException {
        var state = STATE.matcher(information(name).orElse(""));
        return state.find() ? state.group("state") : "gone";
    }

    /** Whether it has ended, whatever the reason. */
    boolean isOff(String id) throws InterruptedException {
        return state(PREFIX + id).matches("poweroff|aborted|gone");
    }

    private void awaitOff(String name, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (var state = state(name); !state.equals("poweroff"); state = state(name)) {
            if (state.matches("aborted|gone") || System.nanoTime() > end) {
                throw Problem.failed(
                                "waited for %s to turn itself off: VirtualBox says '%s'".formatted(name, state),
                                "look into VirtualBox's log of that machine, then ask for the image again")
                        .asException();
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Those that are done. */
    List<StoredImage> list(String current) throws InterruptedException {
        var media = media();
        var images = new ArrayList<StoredImage>();
        for (var id : ids()) {
            if (snapshot(id).isPresent()) {
                images.add(new StoredImage(id, sizeMiB(id), created(id), id.equals(current), users(id, media)));
            }
        }
        return images;
    }

    private long sizeMiB(String id) throws InterruptedException {
        var size = SIZE.matcher(manage.run("showmediuminfo", "disk", disk(id)));
        return size.find() ? Long.parseLong(size.group("mib")) : 0;
    }

    private Instant created(String id) throws InterruptedException {
        var value = manage.run("getextradata", PREFIX + id, CREATED).strip();
        try {
            return Instant.parse(value.replaceFirst("^Value: ", ""));
        } catch (DateTimeParseException e) {
            return Instant.EPOCH; // somebody removed it
        }
    }

    /** Machines whose disks are differences to the image's, each in its own folder. */
    private List<String> users(String id, List<Media> media) throws InterruptedException {
        var disk = disk(id);
        var image = media.stream()
                .filter(medium -> medium.location().equals(disk))
                .map(Media::uuid)
                .toList();
        var users = new TreeSet<String>();
        for (var medium : media) {
            var own = "%s/%s%s".formatted(place(), PREFIX, id);
            if (image.contains(medium.parent()) && !Places.isBelow(own, medium.location())) {
                users.add(owner(medium.location()));
            }
        }
        return List.copyOf(users);
    }

    private String owner(String location) throws InterruptedException {
        var machines = places.machines() + "/";
        return location.startsWith(machines)
                ? location.substring(machines.length()).replaceFirst("/.*", "")
                : location;
    }
}
