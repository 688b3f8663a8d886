package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Download;

/** Is told how it goes, from several threads. */
interface Watch {

    /** How many bytes there are in all; said again when it is known better. */
    void expects(Download download, long bytes);

    /** How many of them are here. */
    void holds(Download download, long bytes);

    /** @param from where it came from, for people */
    void has(String artifact, String from);
}
