package dev.clusterbox.nspawn;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Folders that are mounted into every machine, and that others have too.
 *
 * @param images root file systems
 * @param artifacts what is installed in machines
 */
record Shared(Path images, Optional<ArtifactStore> artifacts) {

    /** Every path that a mount names, with the folder that the machines are in. */
    List<Path> mountedWith(Path machines) {
        return Stream.concat(Stream.of(machines, images), artifacts.map(ArtifactStore::folder).stream())
                .toList();
    }
}
