package dev.clusterbox.cluster;

import java.util.List;

/** Says what would be written on the machines of a cluster. */
public interface Renderer {

    /**
     * Every file of every machine, without asking anybody and without making anything. In the place of what is made with a
     * cluster (keys, the cluster's own token) stands a text that says so.
     *
     * @throws dev.clusterbox.problem.ProblemException if there is no such release
     */
    List<RenderedFile> render(ClusterSpec spec);
}
