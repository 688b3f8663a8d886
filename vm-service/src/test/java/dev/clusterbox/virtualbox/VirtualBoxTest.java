package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.SnapshotsContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract, with the real VBoxManage. After each test nothing may be left, in VirtualBox and in folders. */
final class VirtualBoxTest extends SnapshotsContract {

    @TempDir
    static Path scratch;

    private static @Nullable TestBox box;
    private static String before = "";
    private static int installations;

    private @Nullable MachineProvider provider;
    private String installation = "";

    @BeforeAll
    static void start() throws Exception {
        var real = RealVirtualBox.start(scratch.resolve("virtualbox"));
        box = new TestBox(real, real.template("clusterbox-image-tiny"));
        before = box.state();
    }

    @AfterAll
    static void stop() throws IOException {
        if (box != null) {
            box.box().close();
        }
    }

    static TestBox box() {
        if (box == null) {
            throw new IllegalStateException("not started");
        }
        return box;
    }

    @Override
    protected MachineProvider provider() {
        installation = "installation-" + ++installations;
        return provider = box().provider(installation);
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        if (provider != null) {
            for (var machine : provider.list()) {
                provider.delete(machine.name());
            }
            for (var network : provider.networks()) {
                provider.deleteNetwork(network.name());
            }
            assertEquals(before, box().state());
            assertEquals(List.of(), box().files(installation));
        }
    }
}
