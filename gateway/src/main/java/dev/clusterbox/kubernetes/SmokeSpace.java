package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Addon;
import dev.clusterbox.problem.Problem;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** The namespace in which a smoke test does what it does, and the pods in it. */
final class SmokeSpace {

    static final int PODS = 2;
    static final int PORT = 80;
    static final String WEB = "web";
    static final String TOOLS = "tools";

    /** Printed by each web server when it starts. */
    static final String GREETING = "clusterbox-smoke-test";

    private static final Duration PAUSE = Duration.ofMillis(200);

    /** A pod that starts as it should is ready before that; of one that is not, its events are read. */
    private static final Duration USUAL = Duration.ofSeconds(10);

    private static final Duration EXEC = Duration.ofSeconds(10);

    private final KubernetesClient client;
    private final String name;

    SmokeSpace(KubernetesClient client, String name) {
        this.client = client;
        this.name = name;
    }

    String name() {
        return name;
    }

    /** A pod may be made only when its namespace has the service account "default": made here, it need not be waited for. */
    void create() {
        apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: %1$s, labels: {app.kubernetes.io/managed-by: clusterbox, clusterbox.dev/purpose: smoke-test}}
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: default, namespace: %1$s}
                """.formatted(name));
    }

    void createSecret(String secret) {
        apply("""
                apiVersion: v1
                kind: Secret
                metadata: {name: %s, namespace: %s}
                stringData: {answer: "42"}
                """.formatted(secret, name));
    }

    void createPods(SmokeImages images) {
        var serve = images.isNginx()
                ? "exec nginx -g 'daemon off;'"
                : "mkdir -p /tmp/www; echo ok > /tmp/www/index.html; exec busybox httpd -f -p %d -h /tmp/www"
                        .formatted(PORT);
        var probe = "readinessProbe: {tcpSocket: {port: %d}, periodSeconds: 1, failureThreshold: 60}".formatted(PORT);
        apply(deployment(WEB, images.web(), "echo %s; %s".formatted(GREETING, serve), probe));
        apply(deployment(TOOLS, images.tools(), "exec sleep 3600", "stdin: false"));
        apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: %s}
                spec:
                  type: NodePort
                  selector: {app: web}
                  ports: [{port: 80, targetPort: %d}]
                """.formatted(name, PORT));
    }

    /** Two pods, on different nodes if that can be; they end at once when they are told to. */
    private String deployment(String app, String image, String command, String more) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  replicas: %3$d
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      automountServiceAccountToken: false
                      enableServiceLinks: false
                      terminationGracePeriodSeconds: 0
                      affinity:
                        podAntiAffinity:
                          preferredDuringSchedulingIgnoredDuringExecution:
                            - weight: 100
                              podAffinityTerm:
                                topologyKey: kubernetes.io/hostname
                                labelSelector: {matchLabels: {app: %1$s}}
                      topologySpreadConstraints:
                        - maxSkew: 1
                          topologyKey: kubernetes.io/hostname
                          whenUnsatisfiable: ScheduleAnyway
                          labelSelector: {matchLabels: {app: %1$s}}
                      containers:
                        - name: main
                          image: "%4$s"
                          imagePullPolicy: IfNotPresent
                          command:
                            - sh
                            - -c
                            - >-
                              %5$s
                          resources: {requests: {cpu: 5m, memory: 8Mi}}
                          %6$s
                """.formatted(app, name, PODS, image, command, more);
    }

    private void apply(String yaml) {
        var api = new ServerSideApply(client);
        Manifest.parse(new Addon("smoke-test", yaml)).forEach(api::apply);
    }

    List<Pod> pods(String app) {
        return Api.call(
                        "list pods",
                        () -> client.pods()
                                .inNamespace(name)
                                .withLabel("app", app)
                                .list())
                .getItems();
    }

    int nodePort() {
        return Api.call(
                        "look at the service",
                        () -> client.services().inNamespace(name).withName(WEB).require())
                .getSpec()
                .getPorts()
                .getFirst()
                .getNodePort();
    }

    /** Returns the pods when all of them are ready. Ends only so, or by being interrupted: its caller has the limit. */
    List<Pod> awaitReady(String app, Waiting waiting) throws InterruptedException {
        long usual = System.nanoTime() + USUAL.toNanos();
        while (true) {
            var pods = pods(app);
            if (pods.size() == PODS && pods.stream().allMatch(SmokeSpace::isReady)) {
                return pods;
            }
            waiting.because(
                    pods.isEmpty()
                            ? "no pod of '%s' was made".formatted(app)
                            : pods.stream()
                                    .filter(pod -> !isReady(pod))
                                    .map(pod -> whyNot(pod) + (System.nanoTime() > usual ? lastWarning(pod) : ""))
                                    .collect(Collectors.joining("; ")));
            Thread.sleep(PAUSE);
        }
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    private static String whyNot(Pod pod) {
        var status = pod.getStatus();
        var waiting = status.getContainerStatuses().stream()
                .flatMap(container -> Optional.ofNullable(container.getState().getWaiting()).stream())
                .map(SmokeSpace::text)
                .findFirst();
        var unscheduled = status.getConditions().stream()
                .filter(condition -> condition.getType().equals("PodScheduled")
                        && condition.getStatus().equals("False"))
                .map(condition -> String.valueOf(condition.getMessage()))
                .findFirst();
        return "%s: %s"
                .formatted(
                        pod.getMetadata().getName(),
                        Api.shown(waiting.or(() -> unscheduled).orElse(String.valueOf(status.getPhase()))));
    }

    /** While containers are made, only events tell what goes wrong. */
    private String lastWarning(Pod pod) {
        return Api.call(
                        "list events",
                        () -> client.v1()
                                .events()
                                .inNamespace(name)
                                .withField(
                                        "involvedObject.name", pod.getMetadata().getName())
                                .withField("type", "Warning")
                                .list())
                .getItems()
                .stream()
                .max(Comparator.comparing(event -> Objects.requireNonNullElse(event.getLastTimestamp(), "")))
                .map(event -> " (%s: %s)".formatted(event.getReason(), Api.shown(String.valueOf(event.getMessage()))))
                .orElse("");
    }

    private static String text(ContainerStateWaiting waiting) {
        return waiting.getMessage() == null
                ? String.valueOf(waiting.getReason())
                : "%s: %s".formatted(waiting.getReason(), waiting.getMessage());
    }

    String log(Pod pod) {
        return Api.call("read the log", () -> client.pods().resource(pod).getLog());
    }

    /** Returns what the command printed, on both of its outputs. */
    String exec(Pod pod, String... command) throws InterruptedException {
        var output = new ByteArrayOutputStream();
        try (var running = client.pods()
                .resource(pod)
                .writingOutput(output)
                .writingError(output)
                .exec(command)) {
            running.exitCode().get(EXEC.toSeconds(), TimeUnit.SECONDS);
            return output.toString(StandardCharsets.UTF_8);
        } catch (ExecutionException | TimeoutException e) {
            throw Problem.failed(
                            "'%s' in %s: %s"
                                    .formatted(
                                            String.join(" ", command),
                                            pod.getMetadata().getName(),
                                            e instanceof TimeoutException
                                                    ? "no end after %d s".formatted(EXEC.toSeconds())
                                                    : String.valueOf(e.getCause())),
                            "")
                    .asException();
        } catch (KubernetesClientException e) {
            throw Api.problem(String.join(" ", command), e).asException();
        }
    }

    /** The end of everything in it follows by itself. */
    void remove() {
        Api.call(
                "remove the namespace", () -> client.namespaces().withName(name).delete());
    }

    /** Where a wait writes down why it still waits. */
    interface Waiting {
        void because(String reason);
    }
}
