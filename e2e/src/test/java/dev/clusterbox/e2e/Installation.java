package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.standin.Shown;
import dev.clusterbox.standin.SlackStandIn;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Clusterbox in a state folder of its own, with its services running, and a double of Slack. */
final class Installation {

    private static final Path HOME =
            Path.of(System.getProperty("clusterbox.home")).toAbsolutePath().normalize();

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Path state;
    private final List<String> before;
    private final Map<String, String> environment;
    private final SlackStandIn slack;

    private Installation(Path state, List<String> before, Map<String, String> environment, SlackStandIn slack) {
        this.state = state;
        this.before = before;
        this.environment = environment;
        this.slack = slack;
    }

    /** Each installation has ports of its own, so that a forgotten one does not answer for another. */
    static Installation start(String name, int firstPort) throws IOException, InterruptedException {
        return start(name, firstPort, Map.of());
    }

    /** With something more in the environment of all commands. */
    static Installation start(String name, int firstPort, Map<String, String> more)
            throws IOException, InterruptedException {
        return start(name, firstPort, List.of(), more);
    }

    /** With a program that each command is given to, such as one that shows it another computer. */
    static Installation start(String name, int firstPort, List<String> before, Map<String, String> more)
            throws IOException, InterruptedException {
        var state = HOME.resolve("e2e/target/state").resolve(name);
        deleteTree(state);
        Files.createDirectories(state);
        var slack = SlackStandIn.start(firstPort + 9);
        var secrets = state.resolve("slack-secrets");
        var environment = new HashMap<>(more);
        environment.put("JAVA_HOME", System.getProperty("clusterbox.java.home"));
        environment.put("CLUSTERBOX_NO_BUILD", "yes");
        environment.put("CLUSTERBOX_STATE", state.toString());
        environment.put("CLUSTERBOX_GATEWAY_PORT", Integer.toString(firstPort));
        environment.put("CLUSTERBOX_PKI_PORT", Integer.toString(firstPort + 1));
        environment.put("CLUSTERBOX_VM_PORT", Integer.toString(firstPort + 2));
        environment.put("CLUSTERBOX_SLACK_PORT", Integer.toString(firstPort + 3));
        environment.put("CLUSTERBOX_SLACK_API_URL", slack.apiUrl());
        environment.put("CLUSTERBOX_SLACK_HOOKS_URL", slack.hooksUrl());
        environment.put(
                "CLUSTERBOX_SLACK_SIGNING_SECRET_FILE",
                SlackStandIn.file(secrets, "signing-secret", SlackStandIn.SIGNING_SECRET)
                        .toString());
        environment.put(
                "CLUSTERBOX_SLACK_BOT_TOKEN_FILE",
                SlackStandIn.file(secrets, "bot-token", SlackStandIn.BOT_TOKEN).toString());
        environment.put(
                "CLUSTERBOX_SLACK_APP_TOKEN_FILE",
                SlackStandIn.file(secrets, "app-token", SlackStandIn.APP_TOKEN).toString());
        var installation = new Installation(state, before, environment, slack);
        installation.clusterbox("services", "start").succeeded();
        return installation;
    }

    /** Types a command of the launcher. */
    Run clusterbox(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(before);
        command.add(HOME.resolve("clusterbox").toString());
        command.addAll(Arrays.asList(words));
        return Run.of(LIMIT, environment, command);
    }

    /** Runs a command in a machine, as root there. */
    Run onMachine(String cluster, String machine, String... command) throws IOException, InterruptedException {
        return clusterbox(Stream.concat(Stream.of("ssh", cluster, machine, "--"), Arrays.stream(command))
                .toArray(String[]::new));
    }

    Api gateway() throws IOException {
        return api("CLUSTERBOX_GATEWAY_PORT", "gateway/tokens/admin.token");
    }

    Api pki() throws IOException {
        return api("CLUSTERBOX_PKI_PORT", "tokens/pki.token");
    }

    Api vms() throws IOException {
        return api("CLUSTERBOX_VM_PORT", "tokens/vm.token");
    }

    private Api api(String port, String token) throws IOException {
        return new Api(
                "http://127.0.0.1:" + environment.get(port),
                Files.readString(state.resolve(token)).strip());
    }

    SlackStandIn slack() {
        return slack;
    }

    /** Types /cluster and this in Slack, and waits for the message that says that it is done. */
    Shown say(String text) throws IOException, InterruptedException {
        int seen = slack.shown().size();
        var answer = slack.command(text).send(slackCommands());
        assertEquals(200, answer.statusCode(), answer.body());
        return awaitDone(seen);
    }

    /** The same for what Slack asks back about: the cluster's name is typed into the modal. */
    Shown sayAndConfirm(String text, String cluster) throws IOException, InterruptedException {
        int seen = slack.shown().size();
        slack.command(text).send(slackCommands());
        var modal = awaitSince(seen, shown -> shown.how().equals("view"));
        slack.submit(modal, Map.of("name", Map.of("name", cluster)))
                .send(slackCommands().resolve("/slack/interactivity"));
        return awaitDone(seen);
    }

    /** Types it where the bot is connected by Socket Mode. */
    Shown sayOverSocket(String text) throws InterruptedException {
        int seen = slack.shown().size();
        slack.overSocket(slack.command(text)).orTimeout(3, TimeUnit.SECONDS).join();
        return awaitDone(seen);
    }

    private Shown awaitDone(int seen) throws InterruptedException {
        return awaitSince(seen, shown -> shown.text().contains("done after"));
    }

    private Shown awaitSince(int seen, Predicate<Shown> fits) throws InterruptedException {
        return slack.await(LIMIT, shown -> slack.shown().indexOf(shown) >= seen && fits.test(shown));
    }

    /** Where Slack would send commands. */
    private URI slackCommands() {
        return URI.create("http://127.0.0.1:" + environment.get("CLUSTERBOX_SLACK_PORT") + "/slack/commands");
    }

    /** SIGKILL, and nothing else: the service has no time for anything. */
    void kill(String service) throws IOException, InterruptedException {
        // The pid file is "PID START-TIME"; the process is ours.
        var pid = Files.readString(state.resolve("run").resolve(service + ".pid"))
                .strip()
                .split("\\s+", 2)[0];
        var process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        process.destroyForcibly();
        while (process.isAlive()) {
            Thread.sleep(5);
        }
    }

    String log(String service) throws IOException {
        try (var logs = Files.list(state.resolve("log"))) {
            var text = new StringBuilder();
            for (var log : logs.filter(file -> file.getFileName().toString().startsWith(service))
                    .sorted()
                    .toList()) {
                text.append(Files.readString(log));
            }
            return text.toString();
        }
    }

    Path state() {
        return state;
    }

    /** What tells a program which installation is meant. */
    Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    /** Takes down what is up, and ends the services. */
    void stop() throws IOException, InterruptedException {
        for (var cluster : gateway().clusters()) {
            clusterbox("down", cluster, "--yes").succeeded();
        }
        clusterbox("services", "stop").succeeded();
        slack.close();
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
