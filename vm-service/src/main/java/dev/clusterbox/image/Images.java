package dev.clusterbox.image;

import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the image built when it is asked for, once, and knows what it consists of. The folder is the truth. */
public final class Images {

    private static final Logger LOG = LoggerFactory.getLogger(Images.class);

    private final ImageFolder folder;
    private final BaseImage base;
    private final Optional<AgentLayer> agent;
    private final Leases leases;
    private final Pruning pruning;
    private final BaseArchive archive;

    private boolean building;
    private volatile String progress = "";
    private @Nullable Problem failure;

    /**
     * @param agent the agent's files; without them machines have no agent
     */
    public Images(Path folder, Optional<Path> agent, CommandRunner host) {
        this.folder = new ImageFolder(folder, host);
        this.base = new BaseImage(folder, host);
        this.agent = agent.map(source -> new AgentLayer(source, folder));
        this.leases = new Leases(folder);
        this.pruning = new Pruning(folder, leases);
        this.archive = new BaseArchive(folder, host);
    }

    /** The folders that a machine's root file system consists of, the uppermost first; nothing until all are there. */
    public Optional<List<Path>> layers() {
        var layers = wanted(Recipe.ofThisHost());
        return layers.stream().allMatch(Files::isDirectory) ? Optional.of(layers) : Optional.empty();
    }

    /** What a machine would be made of now, as far as it is there; also where machines cannot be made at all. */
    public List<Path> layersOrNone() {
        try {
            return layers().orElse(List.of());
        } catch (ProblemException e) {
            return List.of();
        }
    }

    /**
     * Says what an installation needs, in place of what it has said before.
     *
     * @param holder the installation's own name
     * @param machines the folder that is there for as long as the installation is
     */
    public void hold(String holder, Path machines, Collection<Path> layers) {
        leases.hold(holder, machines, layers);
    }

    /** Says that an installation needs nothing. */
    public void release(String holder) {
        leases.release(holder);
    }

    /** Removes old layers that no installation says it needs. */
    public void prune(Instant now) throws InterruptedException {
        try {
            folder.alone(() -> pruning.run(now));
        } catch (IOException | ProblemException e) {
            LOG.warn("old layers were not removed", e);
        }
    }

    /** The root file system without the agent, for another computer. */
    public BaseArchive archive() {
        return archive;
    }

    private List<Path> wanted(Recipe recipe) {
        var layers = new ArrayList<Path>();
        agent.ifPresent(layer -> layers.add(layer.path()));
        layers.add(base.of(recipe));
        return List.copyOf(layers);
    }

    public synchronized Image image() {
        if (building) {
            return image(State.BUILDING, null, progress, null);
        }
        try {
            var layers = layers();
            if (layers.isPresent()) {
                return image(State.READY, id(layers.get()), "ready", null);
            }
        } catch (ProblemException e) {
            return image(State.FAILED, null, e.problem().message(), e.problem());
        }
        return failure == null
                ? image(State.ABSENT, null, "not built yet", null)
                : image(State.FAILED, null, failure.message(), failure);
    }

    /** Starts building, unless it is ready or being built. What failed is tried again. */
    public synchronized Image prepare() {
        var image = image();
        if (image.state() == State.READY || image.state() == State.BUILDING) {
            return image;
        }
        building = true;
        failure = null;
        progress = "waiting for the folder of images";
        Thread.ofVirtual().name("image").start(this::build);
        return image();
    }

    private void build() {
        Problem problem = null;
        try {
            folder.alone(this::buildWhatIsMissing);
        } catch (ProblemException e) {
            problem = e.problem();
        } catch (IOException e) {
            problem = Problem.failed("the image could not be built: " + e, "look whether its disk is full");
        } catch (InterruptedException e) {
            problem = Problem.unavailable("the image was not built: vm-service was stopped", "ask again");
        } catch (RuntimeException e) {
            LOG.error("building the image failed", e);
            problem = Problem.bug("vm-service", "building the image failed");
        }
        ended(problem);
    }

    private void buildWhatIsMissing() throws IOException, InterruptedException {
        var recipe = Recipe.ofThisHost();
        if (!Files.isDirectory(base.of(recipe))) {
            long start = System.nanoTime();
            base.build(recipe, this::tell);
            LOG.info("built {} in {} s", base.of(recipe), (System.nanoTime() - start) / 1_000_000_000);
        }
        if (agent.isPresent() && !Files.isDirectory(agent.get().path())) {
            tell("copying the agent");
            agent.get().copy();
        }
    }

    private void tell(String sentence) {
        progress = sentence;
        LOG.info("image: {}", sentence);
    }

    private synchronized void ended(@Nullable Problem problem) {
        building = false;
        failure = problem;
        if (problem != null) {
            LOG.warn("image: {}", problem);
        }
    }

    private static String id(List<Path> layers) {
        var names = new ArrayList<String>();
        layers.forEach(layer -> names.add(String.valueOf(layer.getFileName())));
        return String.join("+", names);
    }

    private static Image image(State state, @Nullable String id, String progress, @Nullable Problem problem) {
        return Image.of(state, id, progress, Recipe.DOWNLOAD_MIB, problem);
    }
}
