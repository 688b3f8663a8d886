package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The virtual machines that VirtualBox knows, and which of them are ours. */
final class Registry {

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    static final String KEY = "clusterbox/machine";

    private static final Pattern LISTED = Pattern.compile("(?m)^\"(?<name>.*)\" \\{(?<id>[0-9a-f-]{36})}$");

    private final VBoxManage manage;
    private final Places places;
    private final ObjectMapper json;

    /** What a machine's extra data says is never changed, so it is read once. */
    private final ConcurrentHashMap<UUID, StoredMachine> stored = new ConcurrentHashMap<>();

    /** What VirtualBox calls a virtual machine whose settings it cannot read; {@code showvminfo} fails with it. */
    private static final Pattern UNREADABLE = Pattern.compile("<inaccessible!?>");

    /** Those that were seen to be somebody else's. */
    private final Set<UUID> others = ConcurrentHashMap.newKeySet();

    /** Those that are being made: asking for them would come in between. */
    private final Set<UUID> making = ConcurrentHashMap.newKeySet();

    Registry(VBoxManage manage, Places places, ObjectMapper json) {
        this.manage = manage;
        this.places = places;
        this.json = json;
    }

    /**
     * A virtual machine.
     *
     * @param stored what it was made to be; nothing for one that was not finished
     */
    record Found(MachineInfo info, boolean ours, Optional<StoredMachine> stored) {

        String id() {
            return info.id().toString();
        }
    }

    /** The one of that name: ours, or if there is none of ours, whoever's it is. VirtualBox takes the same name twice. */
    Optional<Found> find(MachineName name) throws InterruptedException {
        var first = find(name.text());
        if (first.isEmpty() || first.get().ours()) {
            return first;
        }
        for (var listed : listed()) {
            if (listed.name().equals(name.text()) && !others.contains(listed.id())) {
                var other = find(listed.id().toString());
                if (other.isPresent() && other.get().ours()) {
                    return other;
                }
            }
        }
        return first;
    }

    private Optional<Found> find(String nameOrId) throws InterruptedException {
        try {
            var info = MachineInfo.parse(manage.run("showvminfo", nameOrId, "--machinereadable"));
            if (!places.isOurs(info)) {
                others.add(info.id());
                return Optional.of(new Found(info, false, Optional.empty()));
            }
            return Optional.of(new Found(info, true, stored(info.id())));
        } catch (ProblemException e) {
            if (e.problem().code() == Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Ours and finished, or a problem. */
    Found needed(MachineName name) throws InterruptedException {
        return find(name)
                .filter(found -> found.stored().isPresent())
                .orElseThrow(
                        () -> Problem.notFound("there is no machine " + name).asException());
    }

    /**
     * What a machine was made to be, without asking VirtualBox if it was seen before: whether it is still there shows what is done with
     * it next.
     */
    StoredMachine remembered(MachineName name) throws InterruptedException {
        var known = stored.values().stream()
                .filter(machine -> machine.spec().name().equals(name))
                .max(Comparator.comparing(StoredMachine::createdAt));
        return known.isPresent() ? known.get() : needed(name).stored().orElseThrow();
    }

    /** All of ours that are finished, by name. One that goes away meanwhile is not there. */
    List<Found> all() throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var looks = new ArrayList<Future<Optional<Found>>>();
            for (var id : ids()) {
                looks.add(threads.submit(() -> find(id.toString())));
            }
            var all = new ArrayList<Found>();
            for (var look : looks) {
                look.get().filter(found -> found.stored().isPresent()).ifPresent(all::add);
            }
            all.sort(Comparator.comparing(found -> found.info().name()));
            return all;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** What all of ours were made to be. Costs one call when all of them have been seen before. */
    List<MachineSpec> specs() throws InterruptedException {
        var specs = new ArrayList<MachineSpec>();
        for (var id : ids()) {
            var known = Optional.ofNullable(stored.get(id));
            if (known.isEmpty()) {
                known = find(id.toString()).flatMap(Found::stored);
            }
            known.map(StoredMachine::spec).ifPresent(specs::add);
        }
        return specs;
    }

    /** All that VirtualBox knows, but those seen to be somebody else's and those that nothing can be asked of. */
    private List<UUID> ids() throws InterruptedException {
        return listed().stream()
                .filter(Listed::readable)
                .map(Listed::id)
                .filter(id -> !others.contains(id) && !making.contains(id))
                .toList();
    }

    /** From now on it is made, until {@link #made}: it is in no list meanwhile. */
    void making(UUID id) {
        making.add(id);
    }

    void made(UUID id) {
        making.remove(id);
    }

    boolean isRegistered(UUID id) throws InterruptedException {
        return listed().stream().anyMatch(listed -> listed.id().equals(id));
    }

    /** Ours of that name whose settings VirtualBox cannot read any more. It still says where they were, and in one way only. */
    List<UUID> unreadable(MachineName name) throws InterruptedException {
        var ids = listed().stream()
                .filter(listed -> !listed.readable())
                .map(Listed::id)
                .toList();
        if (ids.isEmpty()) {
            return ids;
        }
        var settings = new HashMap<String, String>();
        for (var machine : Paragraphs.of(manage.list("--long", "vms"))) {
            if (UNREADABLE.matcher(machine.getOrDefault("Name", "")).matches()) {
                settings.put(machine.getOrDefault("UUID", ""), machine.getOrDefault("Config file", ""));
            }
        }
        var folder = places.machine(name);
        return ids.stream()
                .filter(id -> Places.isBelow(folder, settings.getOrDefault(id.toString(), "")))
                .toList();
    }

    /** As {@code list vms} tells a virtual machine. */
    record Listed(String name, UUID id) {

        boolean readable() {
            return !UNREADABLE.matcher(name).matches();
        }
    }

    private List<Listed> listed() throws InterruptedException {
        return parse(manage.run("list", "vms"));
    }

    static List<Listed> parse(String printed) {
        return LISTED.matcher(printed)
                .results()
                .map(line -> new Listed(line.group("name"), UUID.fromString(line.group("id"))))
                .toList();
    }

    void store(StoredMachine machine) throws InterruptedException {
        try {
            manage.run("setextradata", machine.id().toString(), KEY, json.writeValueAsString(machine));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        stored.put(machine.id(), machine);
    }

    void forget(UUID id) {
        stored.remove(id);
    }

    private Optional<StoredMachine> stored(UUID id) throws InterruptedException {
        var known = stored.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        var text = manage.extraData(id.toString(), KEY);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            var machine = json.readValue(text.get(), StoredMachine.class);
            if (machine == null || !machine.id().equals(id)) {
                return Optional.empty();
            }
            stored.put(id, machine);
            return Optional.of(machine);
        } catch (IOException | ProblemException e) {
            LOG.warn("what {} says of the machine {} cannot be read: {}", KEY, id, e.getMessage());
            return Optional.empty();
        }
    }
}
