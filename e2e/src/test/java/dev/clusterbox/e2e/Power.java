package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** What happens to machines behind Clusterbox's back. */
final class Power {

    private static final Pattern PARENT = Pattern.compile("(?m)^PPid:\\s+([0-9]+)$");

    private final Installation installation;

    Power(Installation installation) {
        this.installation = installation;
    }

    /** SIGKILL to the process on the host around all of the machine's: as if its plug were pulled. */
    void kill(String machine) throws IOException, InterruptedException {
        var leader = leader(machine);
        var parent = PARENT.matcher(Files.readString(Path.of("/proc", leader, "status")));
        assertTrue(parent.find());
        var outermost = ProcessHandle.of(Long.parseLong(parent.group(1))).orElseThrow();
        assertTrue(
                outermost.info().command().orElse("").endsWith("systemd-nspawn"),
                () -> "it is the machine's: " + outermost.info());
        outermost.destroyForcibly();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (power(machine).equals("RUNNING") && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertEquals("STOPPED", power(machine));
    }

    /** SIGKILL to the machine's first process, and so to all of them: nothing of it runs on, as after a restart of the host. */
    void pull(String machine) throws IOException, InterruptedException {
        var leader = ProcessHandle.of(Long.parseLong(leader(machine))).orElseThrow();
        leader.destroyForcibly();
        while (leader.isAlive()) {
            Thread.sleep(5);
        }
    }

    private String leader(String machine) throws IOException, InterruptedException {
        return enter(machine).stream()
                .filter(word -> word.startsWith("--target="))
                .findFirst()
                .orElseThrow()
                .substring("--target=".length());
    }

    /** As somebody does who has found vm-service's token. */
    void delete(String machine) throws IOException, InterruptedException {
        installation
                .vms()
                .delete("/v1/providers/nspawn/machines/demo-" + machine)
                .expect(204);
    }

    /** Off at once, and on. */
    void restart(String machine) throws IOException, InterruptedException {
        var path = "/v1/providers/nspawn/machines/demo-" + machine;
        installation.vms().post(path + "/stop", "{\"force\": true}").expect(200);
        installation.vms().post(path + "/start", "{}").expect(200);
        assertEquals("RUNNING", power(machine));
    }

    private String power(String machine) throws IOException, InterruptedException {
        return installation
                .vms()
                .get("/v1/providers/nspawn/machines/demo-" + machine)
                .expect(200)
                .json()
                .get("power")
                .getAsString();
    }

    private List<String> enter(String machine) throws IOException, InterruptedException {
        return Api.elements(installation.gateway().cluster("demo").getAsJsonArray("machines")).stream()
                .filter(m -> m.get("hostName").getAsString().equals(machine))
                .flatMap(m -> m.getAsJsonArray("enter").asList().stream().map(word -> word.getAsString()))
                .toList();
    }
}
