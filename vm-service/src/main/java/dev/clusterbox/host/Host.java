package dev.clusterbox.host;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A computer that machines are made on: this one, or one that is reached over SSH. Paths are its own, and absolute; what
 * is made belongs to its user and is for nobody else to read. What cannot be done is a problem that names the host.
 */
public interface Host extends CommandRunner {

    /** As it is called in configuration, and in what is said of its machines. */
    String name();

    /** The folder of its user, where folders of our own may be made. */
    String home() throws InterruptedException;

    /** Makes the folder and those above it. */
    void makeFolder(String path) throws InterruptedException;

    /** Puts a small file in place of what is there, all of it or nothing. */
    void write(String path, byte[] content) throws InterruptedException;

    /**
     * Brings a large file there, all of it or nothing. The folder must be there.
     *
     * @param transferred sees how many bytes have arrived so far
     */
    void upload(Path from, String to, LongConsumer transferred) throws InterruptedException;

    boolean exists(String path) throws InterruptedException;

    /** The names in a folder, in their order; none if there is no such folder. */
    List<String> list(String folder) throws InterruptedException;

    /** Removes a file, or a folder with all that is in it, following no link. What is not there is fine. */
    void remove(String path) throws InterruptedException;

    /** How much room there is on the disk of a folder that is there, in MiB. */
    long freeMiB(String folder) throws InterruptedException;

    /** Makes a port of the host's loopback reachable from here. */
    Tunnel tunnel(int port) throws InterruptedException;
}
