package dev.clusterbox.storage;

import java.nio.file.Path;

/** State folders of tests that need no gateway around them. */
public final class StateFolders {

    private StateFolders() {}

    public static StateFolder at(Path path) {
        return new StateFolder(path);
    }
}
