package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Somebody on a controller who writes to etcd by etcdctl, one key after the other, and notes what was acknowledged. */
final class Writes implements AutoCloseable {

    private static final int LEAST = 1_000;

    /** Each key is tried until it is written; it goes on until there is a file that says enough, and 1,000 are written. */
    private static final String SCRIPT = """
            rm -f /run/writes.enough /run/writes.failed
            : >/run/writes
            i=0
            while [ ! -e /run/writes.enough ] || [ "$i" -lt "$1" ]; do
                i=$((i + 1))
                until ETCDCTL_ENDPOINTS=$2 etcdctl --command-timeout=3s put /writes/$i value-$i >/dev/null 2>>/run/writes.failed; do
                    :
                done
                echo $i >>/run/writes
            done
            """;

    private final Installation installation;
    private final String machine;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<Run> work;

    Writes(Installation installation, String machine, String endpoints) {
        this.installation = installation;
        this.machine = machine;
        this.work = thread.submit(() -> installation.onMachine(
                "demo", machine, "bash", "-lc", SCRIPT, "writes", Integer.toString(LEAST), endpoints));
    }

    /** How many were acknowledged so far. */
    int acknowledged() throws IOException, InterruptedException {
        var lines = installation.onMachine("demo", machine, "sh", "-c", "cat /run/writes 2>/dev/null | wc -l");
        return Integer.parseInt(lines.succeeded().output().strip());
    }

    void await(int count) throws IOException, InterruptedException {
        while (acknowledged() < count) {
            Thread.sleep(100);
        }
    }

    /** Ends it, and looks for every one of them on one member, as that member itself has it. */
    int assertAllThere(String endpoint) throws Exception {
        installation.onMachine("demo", machine, "touch", "/run/writes.enough").succeeded();
        work.get(10, TimeUnit.MINUTES).succeeded();
        int count = acknowledged();
        assertTrue(count >= LEAST, count + " writes");
        var missing = installation
                .onMachine(
                        "demo",
                        machine,
                        "bash",
                        "-lc",
                        "ETCDCTL_ENDPOINTS=%s etcdctl get --consistency=s --prefix /writes/ | paste - - | sort >/run/writes.there; "
                                        .formatted(endpoint)
                                + "sed 's:.*:/writes/&\tvalue-&:' /run/writes | sort | comm -23 - /run/writes.there")
                .succeeded()
                .output();
        assertEquals("", missing, "acknowledged and lost");
        return count;
    }

    @Override
    public void close() throws IOException {
        try {
            installation.onMachine("demo", machine, "touch", "/run/writes.enough");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.close();
    }
}
