package dev.clusterbox.host;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@NullUnmarked // what all tests share is set before them
final class LocalHostTest extends HostContract {

    private static OwnMounts mounts;

    @BeforeAll
    static void mount() throws Exception {
        mounts = new OwnMounts();
    }

    @AfterAll
    static void unmount() throws Exception {
        mounts.close();
    }

    @Override
    protected Host host() {
        return new LocalHost(new LocalRunner());
    }

    @Override
    protected String smallDisk() {
        return mounts.seen("/mnt/small").toString();
    }
}
