package dev.clusterbox.machine;

import dev.clusterbox.image.Image;
import dev.clusterbox.network.Network;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.seed.Seed;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Something that has machines. What it has is the truth: it keeps no record that could be wrong, and a service that is
 * started again finds everything that it had made.
 *
 * <p>Each method may be called twice, and by several callers at once; calls on the same machine take turns. What
 * {@code MachineProviderContract} tests is promised.
 */
public interface MachineProvider {

    String name();

    Availability availability() throws InterruptedException;

    /**
     * Looks closer than {@link #availability} and says what stands in the way of what will be asked, and what does not.
     * Changes nothing.
     */
    default List<Finding> examine(Demand demand) throws InterruptedException {
        var seen = availability();
        if (!seen.available()) {
            return List.of(Finding.problem(name(), seen.why(), ""));
        }
        return Stream.concat(
                        Stream.of(Finding.fine(name(), seen.why())),
                        seen.warnings().stream().map(warning -> Finding.warning(name(), warning, "")))
                .toList();
    }

    Image image() throws InterruptedException;

    /** Starts building the image unless it is ready or being built. */
    Image prepareImage() throws InterruptedException;

    /** Images that are kept until they are removed; nothing where old ones go by themselves. */
    default Optional<ImageShelf> shelf() {
        return Optional.empty();
    }

    List<Network> networks() throws InterruptedException;

    /** Returns the network that is there if it is the same; a problem if it overlaps anything. */
    Network createNetwork(NetworkSpec spec) throws InterruptedException;

    /** A network that is not there is fine; one with machines is not. */
    void deleteNetwork(String name) throws InterruptedException;

    /**
     * Returns the machine that is there if it is the same; a problem if it is another. One that is made does not run yet. What
     * is there and knows other names is the same: a container learns those that are asked for, a virtual machine keeps its own.
     */
    Machine create(MachineSpec spec) throws InterruptedException;

    /** Gives a machine its seed, in place of the one it may have. It may run or not. */
    void plant(MachineName name, Seed seed) throws InterruptedException;

    /**
     * Takes the seed away, once the machine's agent has its certificates: nothing is left of it outside of the machine.
     * A machine that is not there, or has no seed, is fine.
     */
    void forgetSeed(MachineName name) throws InterruptedException;

    /** Returns when the machine's first process runs. */
    Machine start(MachineName name) throws InterruptedException;

    /**
     * Returns when the machine is off. What is in it stays.
     *
     * @param force without asking the machine
     */
    Machine stop(MachineName name, boolean force) throws InterruptedException;

    /** Stops it and leaves nothing of it. A machine that is not there is fine. */
    void delete(MachineName name) throws InterruptedException;

    Optional<Machine> find(MachineName name) throws InterruptedException;

    List<Machine> list() throws InterruptedException;

    /** What can be done with machines that have their whole state in one place; nothing where they do not. */
    default Optional<Snapshots> snapshots() {
        return Optional.empty();
    }

    /** Ways from the host's ports to a machine's; nothing where machines are not behind a translation of addresses. */
    default Optional<PortForwards> portForwards() {
        return Optional.empty();
    }
}
