package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole cluster's machines, and the service killed while it makes them. */
@NullUnmarked // what each test has is set before it
final class SevenMachinesIT {

    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"");

    @TempDir
    Path scratch;

    private Program program;

    @BeforeEach
    void start() throws Exception {
        program = new Program(scratch);
    }

    @AfterEach
    void everythingIsGone() throws Exception {
        program.cleanUp();
        program.kill();
    }

    /** What the gateway does for one machine. */
    private String up(String hostName, String address) throws Exception {
        var path = Program.MACHINES + "/demo-" + hostName;
        var made = program.call("PUT", path, Program.machine(hostName, address));
        assertTrue(Set.of(200, 201).contains(made.statusCode()), made.body());
        var id = ID.matcher(made.body());
        assertTrue(id.find(), made.body());
        var seed = """
                {"machine":"%s","token":"0123456789abcdef0123456789abcdef","gateway":"192.168.56.1:8443","hostName":"%s",
                 "address":"%s","authority":"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n"}
                """.formatted(id.group(1), hostName, address);
        var planted = program.call("PUT", path + "/seed", seed);
        assertEquals(204, planted.statusCode(), planted.body());
        var started = program.call("POST", path + "/start", "");
        assertEquals(200, started.statusCode(), started.body());
        assertTrue(started.body().contains("\"power\":\"RUNNING\""), started.body());
        return id.group(1);
    }

    private List<String> upAll() throws Exception {
        List<Callable<String>> calls = new ArrayList<>();
        Program.SEVEN.forEach((name, address) -> calls.add(() -> up(name, address)));
        var ids = new ArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var id : threads.invokeAll(calls)) {
                ids.add(id.get());
            }
        }
        return ids;
    }

    @Test
    void seven_machines_run_soon_and_asking_again_changes_nothing() throws Exception {
        program.makeNetwork();
        long start = System.nanoTime();
        var ids = upAll();
        var took = Duration.ofNanos(System.nanoTime() - start);

        assertEquals(ids, upAll());
        assertEquals(7, Set.copyOf(ids).size());
        assertTrue(took.toSeconds() < 10, took.toString());
        assertTrue(
                Files.isDirectory(program.artifacts()),
                "what machines see of the store is there before the store is filled");
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 120, 250, 400, 700})
    void killed_in_the_middle_and_started_again_it_ends_in_the_same_seven(int milliseconds) throws Exception {
        program.makeNetwork();
        var killer = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(Duration.ofMillis(milliseconds));
                program.kill();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        var known = ids(attempt());
        killer.join();
        program.start();

        var ids = upAll();

        assertEquals(7, Set.copyOf(ids).size());
        assertTrue(ids.containsAll(known), known + " of " + ids);
        assertEquals(
                7,
                HostState.now(program.state()).processes().stream()
                        .filter(line -> line.contains("systemd-nspawn --quiet"))
                        .count(),
                "one for each machine");
    }

    /** Each answer that still came. */
    private List<HttpResponse<String>> attempt() throws InterruptedException {
        List<Callable<List<HttpResponse<String>>>> calls = new ArrayList<>();
        Program.SEVEN.forEach((name, address) -> calls.add(() -> {
            var answers = new ArrayList<HttpResponse<String>>();
            try {
                answers.add(program.call("PUT", Program.MACHINES + "/demo-" + name, Program.machine(name, address)));
                answers.add(program.call("POST", Program.MACHINES + "/demo-" + name + "/start", ""));
            } catch (IOException _) {
                // killed meanwhile
            }
            return answers;
        }));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(calls).stream()
                    .flatMap(answer -> answer.resultNow().stream())
                    .toList();
        }
    }

    private static Set<String> ids(List<HttpResponse<String>> answers) {
        return answers.stream()
                .map(answer -> ID.matcher(answer.body()))
                .filter(id -> id.find())
                .map(id -> id.group(1))
                .collect(Collectors.toSet());
    }
}
