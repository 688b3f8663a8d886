package dev.clusterbox.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Carries what clusters are made of to computers that reach no publisher. */
public interface Bundler {

    /**
     * Fetches what is missing and packs all of it.
     *
     * @return a tar archive; close it
     * @throws dev.clusterbox.problem.ProblemException with every artifact that cannot be had
     */
    InputStream pack(ClusterSpec spec, Optional<String> through) throws IOException, InterruptedException;

    /**
     * Takes in all of a bundle, or nothing.
     *
     * @param file on this computer, absolute
     * @throws dev.clusterbox.problem.ProblemException if it is not whole and right to the last byte
     */
    Bundle take(Path file) throws IOException;

    /** What was taken in, the oldest first. */
    List<Bundle> taken() throws IOException;
}
