package dev.clusterbox.machine;

import java.util.List;

/** The images of a provider that keeps several until it is told otherwise. */
public interface ImageShelf {

    List<StoredImage> images() throws InterruptedException;

    /** An image that is not there is fine; one that machines need is not. */
    void deleteImage(String id) throws InterruptedException;

    /** Removes those that no machine needs and that are not the current one, and returns them. */
    List<StoredImage> pruneImages() throws InterruptedException;
}
