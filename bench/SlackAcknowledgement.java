import dev.clusterbox.standin.SignedCommand;
import dev.clusterbox.standin.SlackStandIn;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Run by bench/slack-acknowledgement: FOLDER BOT_PORT BOT_PID_FILE ROUNDS. */
class SlackAcknowledgement {

    private static final int AT_ONCE = 50;

    private interface Way {
        void send(SignedCommand command) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        var commands = URI.create("http://127.0.0.1:" + arguments[1] + "/slack/commands");
        var rounds = Integer.parseInt(arguments[3]);
        try (var slack = SlackStandIn.start(0)) {
            SlackStandIn.file(folder, "signing-secret", SlackStandIn.SIGNING_SECRET);
            SlackStandIn.file(folder, "bot-token", SlackStandIn.BOT_TOKEN);
            SlackStandIn.file(folder, "app-token", SlackStandIn.APP_TOKEN);
            // The script waits for this file, then starts the bot.
            Files.writeString(folder.resolve("addresses"), slack.apiUrl() + " " + slack.hooksUrl() + "\n");
            while (!slack.connected()) {
                Thread.sleep(50);
            }
            var pid = Files.readString(Path.of(arguments[2])).strip();
            Thread.sleep(3_000);
            System.out.printf("%-52s %6d MiB%n", "resident at rest, connected", resident(pid));
            var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            measure("signed HTTP", rounds, slack, command -> {
                var request = command.request(commands, Instant.now()).build();
                require(http.send(request, BodyHandlers.ofString()).statusCode() == 200);
            });
            measure("Socket Mode", rounds, slack, command -> slack.overSocket(command).get(30, TimeUnit.SECONDS));
            System.out.printf("%-52s %6d MiB%n", "resident afterwards", resident(pid));
        }
    }

    private static void measure(String name, int rounds, SlackStandIn slack, Way way) throws Exception {
        var first = round(slack, way);
        var all = new ArrayList<Long>();
        for (int i = 0; i < rounds; i++) {
            all.addAll(Arrays.asList(round(slack, way)));
        }
        Arrays.sort(first);
        all.sort(null);
        System.out.printf(
                "%-14s %d at once: first %d: max %5.1f ms; then of %d: median %5.1f  p99 %5.1f  max %5.1f ms%n",
                name,
                AT_ONCE,
                AT_ONCE,
                first[first.length - 1] / 1e6,
                all.size(),
                all.get(all.size() / 2) / 1e6,
                all.get(all.size() * 99 / 100) / 1e6,
                all.getLast() / 1e6);
    }

    /** Commands that each start work of their own, whose gateway never answers. */
    private static Long[] round(SlackStandIn slack, Way way) throws Exception {
        var people = new ArrayList<Callable<Long>>();
        for (int i = 0; i < AT_ONCE; i++) {
            people.add(() -> {
                var command = slack.command("status demo");
                var begun = System.nanoTime();
                way.send(command);
                return System.nanoTime() - begun;
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var times = new ArrayList<Long>();
            for (var time : threads.invokeAll(people)) {
                times.add(time.get());
            }
            return times.toArray(Long[]::new);
        }
    }

    private static void require(boolean fine) {
        if (!fine) {
            throw new IllegalStateException("not acknowledged");
        }
    }

    /** Of a process, from /proc. */
    private static long resident(String pid) throws Exception {
        for (var line : Files.readAllLines(Path.of("/proc", pid, "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IllegalStateException("no VmRSS");
    }
}
