package dev.clusterbox.provisioning;

import java.time.Duration;

/** What differs between containers and virtual machines. */
enum MachineKind {
    /** They boot in a second or two. The image is a few hundred packages to be downloaded. */
    CONTAINER(Duration.ofSeconds(30), Duration.ofSeconds(150), Duration.ofMinutes(30), false, 0),

    /**
     * Alone one boots in 20 to 60 s; seven at once on two processors take several times as long. The image is a system of
     * some 300 MB that is downloaded, started, furnished and switched off again.
     */
    VIRTUAL_MACHINE(Duration.ofMinutes(4), Duration.ofMinutes(6), Duration.ofMinutes(90), true, 3 * 1024);

    private final Duration beforeNewSeed;
    private final Duration afterNewSeed;
    private final Duration image;
    private final boolean memoryReserved;
    private final int diskMiB;

    MachineKind(Duration beforeNewSeed, Duration afterNewSeed, Duration image, boolean memoryReserved, int diskMiB) {
        this.beforeNewSeed = beforeNewSeed;
        this.afterNewSeed = afterNewSeed;
        this.image = image;
        this.memoryReserved = memoryReserved;
        this.diskMiB = diskMiB;
    }

    static MachineKind of(String provider) {
        return provider.equals("nspawn") ? CONTAINER : VIRTUAL_MACHINE;
    }

    /**
     * How long an agent is waited for until its machine gets a new seed: one that boots takes less, one that has lost its
     * key takes for ever.
     */
    Duration beforeNewSeed() {
        return beforeNewSeed;
    }

    /** How long it is waited for then. */
    Duration afterNewSeed() {
        return afterNewSeed;
    }

    /** How long it is waited for in all. */
    Duration boot() {
        return beforeNewSeed.plus(afterNewSeed);
    }

    /** The longest that making the image takes. */
    Duration image() {
        return image;
    }

    /** Whether a machine takes all of its memory when it starts, or only what runs in it. */
    boolean memoryReserved() {
        return memoryReserved;
    }

    /** What a machine with Kubernetes on it writes beside the image; 0 where that is not the machine's alone. */
    int diskMiB() {
        return diskMiB;
    }
}
