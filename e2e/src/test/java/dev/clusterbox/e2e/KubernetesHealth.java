package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** What Kubernetes says about a cluster of three controllers and three nodes, asked through its load balancer. */
final class KubernetesHealth {

    static final String NETWORK = "192.168.56.";
    static final List<String> NODES = List.of("node-1", "node-2", "node-3");
    static final List<String> CONTROLLERS = List.of("controller-1", "controller-2", "controller-3");

    private KubernetesHealth() {}

    /** The reason why a cluster is not whole: nodes, API servers, members of etcd, system pods. */
    static Optional<String> whyNotWhole(Installation installation, Kubectl kubectl) throws Exception {
        for (var question : List.<Timed.Question>of(
                () -> whyNodesNotReady(kubectl, NODES),
                () -> whyNotServing(kubectl),
                () -> whyEtcdNotHealthy(installation),
                () -> whyPodsNotReady(kubectl, "kube-system"))) {
            var why = question.whyNotYet();
            if (why.isPresent()) {
                return why;
            }
        }
        return Optional.empty();
    }

    static Optional<String> whyNodesNotReady(Kubectl kubectl, List<String> names) throws Exception {
        var answer = kubectl.run("get", "nodes", "--output=json", "--request-timeout=5s");
        if (answer.exitCode() != 0) {
            return Optional.of(answer.output());
        }
        var missing = new TreeSet<>(names);
        for (var node : items(answer)) {
            if (isTrue(condition(node, "Ready"))) {
                missing.remove(name(node));
            }
        }
        return missing.isEmpty() ? Optional.empty() : Optional.of("not ready: " + missing);
    }

    /** Each API server by itself, and all of them as the endpoints of the service in the cluster. */
    static Optional<String> whyNotServing(Kubectl kubectl) throws Exception {
        for (int i = 1; i <= CONTROLLERS.size(); i++) {
            var server = "https://%s1%d:6443".formatted(NETWORK, i);
            var answer = kubectl.run("--server=" + server, "get", "--raw=/readyz", "--request-timeout=3s");
            if (answer.exitCode() != 0 || !answer.output().equals("ok")) {
                return Optional.of(server + " says " + answer.output());
            }
        }
        var wanted = IntStream.rangeClosed(1, CONTROLLERS.size())
                .mapToObj(i -> NETWORK + (10 + i))
                .toList();
        var addresses = endpoints(kubectl, "default", "kubernetes");
        return addresses.equals(new TreeSet<>(wanted))
                ? Optional.empty()
                : Optional.of("endpoints of service kubernetes: " + addresses);
    }

    static Set<String> endpoints(Kubectl kubectl, String namespace, String service)
            throws IOException, InterruptedException {
        var addresses = new TreeSet<String>();
        for (var slice : kubectl.items(
                "get",
                "endpointslices",
                "--namespace=" + namespace,
                "--selector=kubernetes.io/service-name=" + service)) {
            if (slice.get("endpoints").isJsonNull()) {
                continue;
            }
            for (var endpoint : Api.elements(slice.getAsJsonArray("endpoints"))) {
                endpoint.getAsJsonArray("addresses").forEach(address -> addresses.add(address.getAsString()));
            }
        }
        return addresses;
    }

    static Optional<String> whyEtcdNotHealthy(Installation installation) throws Exception {
        var health = installation.onMachine(
                "demo", "controller-1", "bash", "-lc", "etcdctl endpoint health --cluster && etcdctl member list");
        var text = health.output();
        return health.exitCode() == 0
                        && text.split("is healthy", -1).length - 1 == CONTROLLERS.size()
                        && text.split(", started, ", -1).length - 1 == CONTROLLERS.size()
                ? Optional.empty()
                : Optional.of(text);
    }

    static Optional<String> whyPodsNotReady(Kubectl kubectl, String namespace) throws Exception {
        var answer = kubectl.run("get", "pods", "--namespace=" + namespace, "--output=json", "--request-timeout=5s");
        if (answer.exitCode() != 0) {
            return Optional.of(answer.output());
        }
        var states = new TreeMap<String, String>();
        for (var pod : items(answer)) {
            states.put(
                    name(pod),
                    isTrue(condition(pod, "Ready"))
                                    && !pod.getAsJsonObject("metadata").has("deletionTimestamp")
                            ? "ready"
                            : pod.getAsJsonObject("status").get("phase").getAsString() + ", not ready");
        }
        return !states.isEmpty() && states.values().stream().allMatch("ready"::equals)
                ? Optional.empty()
                : Optional.of("pods: " + states);
    }

    static List<JsonObject> items(Run run) {
        return new ArrayList<>(Api.elements(com.google.gson.JsonParser.parseString(run.output())
                .getAsJsonObject()
                .getAsJsonArray("items")));
    }

    static String name(JsonObject object) {
        return object.getAsJsonObject("metadata").get("name").getAsString();
    }

    static Optional<JsonObject> condition(JsonObject object, String type) {
        var status = object.getAsJsonObject("status");
        return status.has("conditions")
                ? Api.elements(status.getAsJsonArray("conditions")).stream()
                        .filter(condition -> condition.get("type").getAsString().equals(type))
                        .findFirst()
                : Optional.empty();
    }

    static boolean isTrue(Optional<JsonObject> condition) {
        return condition
                .filter(c -> c.get("status").getAsString().equals("True"))
                .isPresent();
    }

    /** No step of the newest operation has changed anything. */
    static void assertNothingChanged(Installation installation) throws IOException, InterruptedException {
        var gateway = installation.gateway();
        var id = gateway.cluster("demo").get("operation").getAsString();
        var operation = gateway.get("/v1/operations/" + id).expect(200).json();
        var changed = java.util.regex.Pattern.compile("([0-9]+) changed");
        for (var step : Api.elements(operation.getAsJsonArray("steps"))) {
            var matcher = changed.matcher(step.get("message").getAsString());
            while (matcher.find()) {
                assertEquals("0", matcher.group(1), operation.toString());
            }
        }
    }
}
