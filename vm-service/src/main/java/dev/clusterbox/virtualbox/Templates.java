package dev.clusterbox.virtualbox;

import dev.clusterbox.image.Image;
import dev.clusterbox.machine.ImageShelf;
import java.util.Optional;

/** What machines are linked clones of: virtual machines with everything on their disk, which never run themselves. */
interface Templates {

    Image image() throws InterruptedException;

    /** Starts making the current one unless it is ready or being made. */
    Image prepare() throws InterruptedException;

    /** What a new machine is a clone of; nothing until {@link #image} is ready. */
    Optional<Template> current() throws InterruptedException;

    /** Where old ones are kept until they are removed. */
    default Optional<ImageShelf> shelf() {
        return Optional.empty();
    }

    /**
     * A virtual machine that is ready to be cloned.
     *
     * @param id names its content; a machine remembers it
     * @param machine its name in VirtualBox
     * @param snapshot the id of the snapshot that clones begin with: names of snapshots are not unique
     */
    record Template(String id, String machine, String snapshot) {}
}
