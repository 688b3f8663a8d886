package dev.clusterbox.e2e;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** A machine that the gateway knows nothing of, and that has no agent: somebody made it beside a cluster's. */
final class Foreign {

    private static final String MACHINES = "/v1/providers/nspawn/machines/";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Api vms;
    private final String path;

    private Foreign(Api vms, String path) {
        this.vms = vms;
        this.path = path;
    }

    /** One that is there. */
    static Foreign of(Installation installation, String cluster, String hostName) throws IOException {
        return new Foreign(installation.vms(), MACHINES + cluster + "-" + hostName);
    }

    /** Made and started in the network of a cluster. */
    static Foreign make(Installation installation, String cluster, String hostName, String address)
            throws IOException, InterruptedException {
        var foreign = of(installation, cluster, hostName);
        foreign.vms
                .put(foreign.path, """
                {"cluster": "%s", "role": "node", "hostName": "%s", "network": "%s", "address": "%s",
                 "cpus": 1, "memoryMiB": 1024, "diskGiB": 10, "hosts": {}}
                """.formatted(cluster, hostName, cluster, address))
                .expect(201);
        foreign.vms.post(foreign.path + "/start", "").expect(200);
        foreign.run("systemctl", "mask", "--now", "clusterbox-agent.service");
        foreign.run("rm", "-rf", "/opt/clusterbox/agent").succeeded();
        return foreign;
    }

    /** Runs a command in it, as root. */
    Run run(String... command) throws IOException, InterruptedException {
        var words = new ArrayList<String>();
        StreamSupport.stream(
                        vms.get(path).expect(200).json().getAsJsonArray("enter").spliterator(), false)
                .map(JsonElement::getAsString)
                .forEach(words::add);
        words.addAll(Arrays.asList(command));
        return Run.of(LIMIT, Map.of(), words);
    }

    /** Writes a file that only root reads. */
    void write(String file, String content) throws IOException, InterruptedException {
        run("sh", "-c", "umask 077 && printf %s \"$1\" >\"$2\"", "sh", content, file)
                .succeeded();
    }

    Run script(String content) throws IOException, InterruptedException {
        write("/root/script", content);
        return run("bash", "-eu", "/root/script");
    }

    void delete() throws IOException, InterruptedException {
        vms.delete(path).expect(204);
    }

    /** The commands of a page, block by block: what stands between {@code ```sh} and the end of it. */
    static List<String> blocks(String page) {
        var blocks = new ArrayList<String>();
        var parts = page.split("(?m)^```", -1);
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith("sh\n")) {
                blocks.add(parts[i].substring("sh\n".length()));
            }
        }
        return blocks;
    }
}
