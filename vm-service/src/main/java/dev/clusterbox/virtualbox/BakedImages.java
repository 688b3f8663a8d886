package dev.clusterbox.virtualbox;

import dev.clusterbox.base.BaseImages;
import dev.clusterbox.base.BaseImages.Disk;
import dev.clusterbox.base.BaseSource;
import dev.clusterbox.host.Command;
import dev.clusterbox.host.Host;
import dev.clusterbox.image.Image;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.machine.ImageShelf;
import dev.clusterbox.machine.StoredImage;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images that are made of a base by letting it run once. The same content is not baked again; VirtualBox is the truth, and what was
 * given up half-way is removed by the next attempt.
 */
final class BakedImages implements Templates, ImageShelf {

    private static final Logger LOG = LoggerFactory.getLogger(BakedImages.class);

    /** Counted up when something changes that is in none of the contents. */
    private static final int FORMAT = 1;

    /** What a disk can grow to; it takes what is written to it. */
    private static final long DISK_MIB = 40L << 10;

    /** Of the base, of the image, and of the packages that come in; measured with Debian 12 and rounded up. */
    private static final long NEEDED_MIB = 6 << 10;

    /** Of Debian 12's image for all computers; packages come to about 200 MiB more where they are not in the base. */
    private static final int DOWNLOAD_MIB = 630;

    private static final String BASE = "base-";

    private final Host host;
    private final ImageMachines machines;
    private final BaseImages bases;
    private final Function<String, BaseSource> base;
    private final Baking baking;

    /** Held by whoever makes or removes images. */
    private final ReentrantLock work = new ReentrantLock();

    private @Nullable String architecture;
    private @Nullable Template ready;
    private boolean building;
    private volatile String progress = "";
    private @Nullable Problem failure;

    /** @param base which one is meant for an architecture, as {@code uname -m} calls it */
    BakedImages(Host host, ImageMachines machines, BaseImages bases, Function<String, BaseSource> base, Baking baking) {
        this.host = host;
        this.machines = machines;
        this.bases = bases;
        this.base = base;
        this.baking = baking;
    }

    private synchronized String architecture() throws InterruptedException {
        if (architecture == null) {
            architecture = host.run(Command.of("uname", "-m")).orFail().strip();
        }
        return architecture;
    }

    private BaseSource base() throws InterruptedException {
        return base.apply(architecture());
    }

    private String id() throws InterruptedException {
        var content = "%d %s %s %s %d".formatted(FORMAT, architecture(), bases.key(base()), baking.key(), DISK_MIB);
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized Image image() throws InterruptedException {
        if (building) {
            return image(State.BUILDING, null, progress, null);
        }
        try {
            var found = find();
            ready = found.orElse(null);
            if (found.isPresent()) {
                return image(State.READY, found.get().id(), "ready", null);
            }
        } catch (ProblemException e) {
            return image(State.FAILED, null, e.problem().message(), e.problem());
        }
        return failure == null
                ? image(State.ABSENT, null, "not baked yet", null)
                : image(State.FAILED, null, failure.message(), failure);
    }

    private Optional<Template> find() throws InterruptedException {
        var id = id();
        return machines.snapshot(id).map(snapshot -> new Template(id, ImageMachines.PREFIX + id, snapshot));
    }

    /** VirtualBox is asked once: seven machines are made at a time. */
    @Override
    public synchronized Optional<Template> current() throws InterruptedException {
        if (ready == null && !building) {
            ready = find().orElse(null);
        }
        return Optional.ofNullable(ready).filter(_ -> !building);
    }

    @Override
    public Optional<ImageShelf> shelf() {
        return Optional.of(this);
    }

    @Override
    public synchronized Image prepare() throws InterruptedException {
        var image = image();
        if (image.state() == State.READY || image.state() == State.BUILDING) {
            return image;
        }
        building = true;
        failure = null;
        progress = "waiting for VirtualBox";
        Thread.ofVirtual().name("image-" + host.name()).start(this::build);
        return image();
    }

    private void build() {
        Problem problem = Problem.bug("vm-service", "baking the image failed");
        try {
            work.lockInterruptibly();
            try {
                bake();
            } finally {
                work.unlock();
            }
            problem = null;
        } catch (ProblemException e) {
            problem = e.problem();
        } catch (InterruptedException e) {
            problem = Problem.unavailable("the image was not baked: vm-service was stopped", "ask again");
        } catch (RuntimeException e) {
            LOG.error("baking failed", e);
        } finally {
            ended(problem);
        }
    }

    private synchronized void ended(@Nullable Problem problem) {
        building = false;
        failure = problem;
        if (problem != null) {
            LOG.warn("image: {}", problem);
        }
    }

    private void tell(String sentence) {
        progress = sentence;
        LOG.info("image: {}", sentence);
    }

    private void bake() throws InterruptedException {
        long start = System.nanoTime();
        var id = id();
        tell("looking at VirtualBox");
        host.makeFolder(machines.place());
        machines.sweep();
        if (machines.snapshot(id).isPresent()) {
            return;
        }
        requireRoom();
        var brought = bring();
        try {
            machines.create(id, architecture());
            machines.copyDisk(id, brought, DISK_MIB, this::tell);
            run(id);
            requireUnchanged(id);
            LOG.info("baked {} in {} s", id, (System.nanoTime() - start) / 1_000_000_000);
        } catch (ProblemException e) {
            removeAfter(e, id);
            throw e;
        }
    }

    private void run(String id) throws InterruptedException {
        int port = FreePort.on(host);
        var session = baking.begin();
        tell("starting the machine that becomes the image");
        machines.start(id, session.seed(), port);
        try (var tunnel = host.tunnel(port)) {
            session.run(tunnel.port(), this::tell);
        }
        tell("waiting for the machine to turn itself off");
        machines.finish(id);
    }

    /** What went in while it was being changed, such as an agent that was built anew, is nobody's wish. */
    private void requireUnchanged(String id) throws InterruptedException {
        if (!id().equals(id)) {
            throw Problem.conflict(
                            "what goes into the image has changed while it was baked",
                            "run the same command again, and build nothing meanwhile")
                    .asException();
        }
    }

    /** The problem counts; what cannot be removed now is removed by the next attempt. */
    private void removeAfter(ProblemException problem, String id) throws InterruptedException {
        try {
            machines.remove(id);
        } catch (ProblemException e) {
            problem.addSuppressed(e);
        }
    }

    private void requireRoom() throws InterruptedException {
        long free = host.freeMiB(machines.place());
        if (free < NEEDED_MIB) {
            throw Problem.failed(
                            "an image needs %d MiB in '%s' on %s, where %d MiB are free"
                                    .formatted(NEEDED_MIB, machines.place(), host.name(), free),
                            "make room there: POST …/images:prune removes images that no machine needs; or set"
                                    + " clusterbox.virtualbox.folder to a folder on another disk")
                    .asException();
        }
    }

    /** Returns where the base is on the host. It stays there for the next agent. */
    private String bring() throws InterruptedException {
        var key = bases.key(base());
        for (var name : host.list(machines.place())) {
            if (name.startsWith(BASE + key + ".")) {
                return machines.place() + "/" + name;
            }
        }
        var disk = bases.disk(base(), DISK_MIB << 20, this::tell);
        try {
            var target = "%s/%s%s.%s".formatted(machines.place(), BASE, key, extension(disk));
            var file = disk.file();
            tell("bringing the base image to " + host.name());
            host.upload(file, target, percentages(file));
            return target;
        } finally {
            bases.release();
        }
    }

    private LongConsumer percentages(Path file) {
        long total = file.toFile().length();
        return new LongConsumer() {

            private long said = -1;

            @Override
            public void accept(long bytes) {
                long percent = total == 0 ? 100 : bytes * 20 / total * 5;
                if (percent != said) {
                    said = percent;
                    progress = "bringing the base image to %s: %d %%".formatted(host.name(), percent);
                }
            }
        };
    }

    private static String extension(Disk disk) {
        return disk.ready() ? "vdi" : "disk";
    }

    @Override
    public List<StoredImage> images() throws InterruptedException {
        return machines.list(idOrNone());
    }

    private String idOrNone() throws InterruptedException {
        try {
            return id();
        } catch (ProblemException e) {
            return "";
        }
    }

    @Override
    public void deleteImage(String id) throws InterruptedException {
        alone(() -> {
            for (var image : images()) {
                if (image.id().equals(id)) {
                    requireUnused(image);
                    machines.remove(id);
                    forget();
                }
            }
            return id;
        });
    }

    private static void requireUnused(StoredImage image) {
        if (image.isUsed()) {
            throw Problem.conflict(
                            "the image %s is needed by %s".formatted(image.id(), String.join(", ", image.machines())),
                            "delete these machines first")
                    .asException();
        }
    }

    private synchronized void forget() {
        ready = null;
        failure = null;
    }

    @Override
    public List<StoredImage> pruneImages() throws InterruptedException {
        return alone(() -> {
            machines.sweep();
            var removed = new ArrayList<StoredImage>();
            for (var image : images()) {
                if (!image.isUsed() && !image.current()) {
                    machines.remove(image.id());
                    removed.add(image);
                }
            }
            var base = base();
            bases.keepOnly(base);
            for (var name : host.list(machines.place())) {
                if (name.startsWith(BASE) && !name.startsWith(BASE + bases.key(base))) {
                    host.remove(machines.place() + "/" + name);
                }
            }
            return removed;
        });
    }

    private interface Work<T> {
        T run() throws InterruptedException;
    }

    private <T> T alone(Work<T> task) throws InterruptedException {
        if (!work.tryLock()) {
            throw Problem.conflict("an image is being baked", "wait until it is ready: GET …/image")
                    .asException();
        }
        try {
            return task.run();
        } finally {
            work.unlock();
        }
    }

    private static Image image(State state, @Nullable String id, String progress, @Nullable Problem problem) {
        return Image.of(state, id, progress, DOWNLOAD_MIB, problem);
    }
}
