package dev.clusterbox.nspawn;

import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.image.Images;
import dev.clusterbox.machine.MachineProvider;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of machines in use: one service at a time has it. Closing it leaves the machines running. */
public final class NspawnHost implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NspawnHost.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);
    private static final long LOOKS_A_DAY = Duration.ofDays(1).dividedBy(BETWEEN_LOOKS);

    private final FileChannel lock;
    private final Nspawn provider;
    private final Thread janitor;

    private NspawnHost(FileChannel lock, Nspawn provider) {
        this.lock = lock;
        this.provider = provider;
        this.janitor = Thread.ofVirtual().name("janitor").unstarted(this::tidyUp);
    }

    /**
     * Opens the folder, which is made if it is not there.
     *
     * @param agent the agent's files; without them machines have no agent
     * @param artifacts the folder that machines may read and execute, and nothing else
     * @throws IllegalStateException if another service has it
     */
    public static NspawnHost open(
            Path state,
            Path images,
            Optional<Path> agent,
            Optional<Path> artifacts,
            LocalRunner runner,
            ObjectMapper json,
            InstantSource clock) {
        try {
            var folder = folder(Files.createDirectories(state).toRealPath().resolve("nspawn"));
            var shelf = Files.createDirectories(images).toRealPath();
            var lock = lock(folder);
            var installation = Installation.at(folder);
            folder(installation.machines());
            folder(installation.networks());
            folder(installation.forwards());
            var store = new Images(shelf, agent, runner);
            var shared = new Shared(shelf, artifacts.map(ArtifactStore::at));
            var host = new NspawnHost(lock, provider(installation, store, shared, runner, json, clock));
            host.janitor.start();
            return host;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Nspawn provider(
            Installation installation,
            Images images,
            Shared shared,
            LocalRunner runner,
            ObjectMapper json,
            InstantSource clock)
            throws IOException {
        var ip = new Ip(runner);
        var bridges = new Bridges(
                installation,
                new JsonFolder<>(installation.networks(), StoredNetwork.class, json),
                ip,
                new Translations(new JsonFolder<>(installation.forwards(), StoredForwards.class, json)),
                new Firewall(runner, installation.firewallTable()),
                new Forwarding(ip));
        var launch = new Launch(runner, installation, shared.artifacts());
        var hierarchies = Files.isReadable(Path.of("/proc/self/mountinfo"))
                ? Hierarchy.parse(Files.readAllLines(Path.of("/proc/self/mountinfo")))
                : List.<Hierarchy>of();
        var systemd = SystemdScopes.areHere();
        var own = new OwnGroups(
                hierarchies.stream()
                        .filter(hierarchy -> !systemd || !SystemdScopes.owns(hierarchy))
                        .toList(),
                installation.controlGroup());
        var groups = systemd
                ? new SystemdScopes(
                        runner, hierarchies.stream().filter(SystemdScopes::owns).toList(), own, installation.id())
                : own;
        var power = new Power(installation, launch, groups, ip, runner);
        return new Nspawn(installation, images, shared, bridges, power, runner, json, clock);
    }

    public MachineProvider provider() {
        return provider;
    }

    private void tidyUp() {
        try {
            now(provider::sweep);
            for (long look = 0; true; look++) {
                Thread.sleep(BETWEEN_LOOKS);
                now(provider::lookAfter);
                if (look % LOOKS_A_DAY == 0) {
                    now(provider::pruneImages);
                }
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    /** What cannot be tidied up now may be tidied up the next time. */
    private static void now(Chore chore) throws InterruptedException {
        try {
            chore.run();
        } catch (RuntimeException e) {
            LOG.error("tidying up failed", e);
        }
    }

    private interface Chore {
        void run() throws InterruptedException;
    }

    @Override
    public void close() {
        janitor.interrupt();
        try (lock) {
            provider.letGo();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nobody but root has business in machines' files. */
    private static Path folder(Path folder) throws IOException {
        Files.createDirectories(folder);
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    private static FileChannel lock(Path folder) throws IOException {
        var channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("the lock is this process's", e);
        }
        channel.close();
        throw new IllegalStateException(
                "%s is in use by another vm-service (expected: one at a time)".formatted(folder));
    }
}
