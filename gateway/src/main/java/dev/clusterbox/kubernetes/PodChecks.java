package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.cluster.Subnet;
import dev.clusterbox.kubernetes.SmokeSpace.Waiting;
import dev.clusterbox.problem.Problem;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is tried with pods that are ready. Each ends when it has worked; what does not work has its limit elsewhere. */
final class PodChecks {

    private static final Duration HTTP = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Cluster cluster;
    private final KubernetesClient client;
    private final SmokeSpace space;
    private final List<Pod> web;
    private final List<Pod> tools;

    PodChecks(Cluster cluster, KubernetesClient client, SmokeSpace space, List<Pod> web, List<Pod> tools) {
        this.cluster = cluster;
        this.client = client;
        this.space = space;
        this.web = List.copyOf(web);
        this.tools = List.copyOf(tools);
    }

    String portForward(Waiting waiting) throws IOException, InterruptedException {
        var pod = web.getFirst();
        try (var forwarded = client.pods().resource(pod).portForward(SmokeSpace.PORT);
                var http = http()) {
            return "%s answered %d".formatted(name(pod), get(http, "127.0.0.1", forwarded.getLocalPort()));
        }
    }

    String logs(Waiting waiting) throws InterruptedException {
        var pod = web.getFirst();
        var log = space.log(pod);
        if (!log.contains(SmokeSpace.GREETING)) {
            throw Problem.failed(
                            "the log of %s has %d characters, not what it printed".formatted(name(pod), log.length()),
                            "")
                    .asException();
        }
        return "%d lines of %s".formatted(log.lines().count(), name(pod));
    }

    /** A container's host name is its pod's name. */
    String exec(Waiting waiting) throws InterruptedException {
        var pod = web.getLast();
        var printed = space.exec(pod, "cat", "/etc/hostname").strip();
        if (!printed.equals(name(pod))) {
            throw Problem.failed("'cat /etc/hostname' in %s printed '%s'".formatted(name(pod), Api.shown(printed)), "")
                    .asException();
        }
        return "%s says its name".formatted(name(pod));
    }

    String nodePort(Waiting waiting) throws InterruptedException {
        int port = space.nodePort();
        var answered = new ArrayList<String>();
        try (var http = http()) {
            for (var node : cluster.nodes(Role.NODE)) {
                waiting.because("%s:%d does not answer".formatted(node.address(), port));
                while (true) {
                    try {
                        get(http, node.address(), port);
                        break;
                    } catch (IOException e) {
                        waiting.because("%s:%d: %s".formatted(node.address(), port, e));
                        Thread.sleep(PAUSE);
                    }
                }
                answered.add(node.hostName());
            }
        }
        return "port %d of %s".formatted(port, String.join(", ", answered));
    }

    String names(Waiting waiting) throws InterruptedException {
        var name = "kubernetes.default.svc.cluster.local";
        var address = Subnet.parse("serviceCidr", cluster.spec().serviceCidr()).address(1);
        while (true) {
            var printed = space.exec(tools.getFirst(), "nslookup", name);
            if (printed.contains(address)) {
                return "%s is %s".formatted(name, address);
            }
            waiting.because("nslookup: " + Api.shown(printed));
            Thread.sleep(PAUSE);
        }
    }

    /** From each pod with tools to each web server on another node; where there is but one node, to each. */
    String acrossNodes(Waiting waiting) throws InterruptedException {
        int tried = 0;
        for (var from : tools) {
            for (var to : web) {
                var oneNode = web.stream().map(PodChecks::node).distinct().count() == 1;
                if (!oneNode && node(from).equals(node(to))) {
                    continue;
                }
                tried++;
                while (true) {
                    var url = "http://%s:%d/".formatted(to.getStatus().getPodIP(), SmokeSpace.PORT);
                    var printed =
                            space.exec(from, "sh", "-c", "wget -T 3 -q -O /dev/null %s && echo reached".formatted(url));
                    if (printed.contains("reached")) {
                        break;
                    }
                    waiting.because("from %s to %s: %s".formatted(node(from), node(to), Api.shown(printed)));
                    Thread.sleep(PAUSE);
                }
            }
        }
        return "%d ways".formatted(tried);
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static String node(Pod pod) {
        return pod.getSpec().getNodeName();
    }

    private static HttpClient http() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(HTTP)
                .build();
    }

    private static int get(HttpClient http, String address, int port) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://%s:%d/".formatted(address, port)))
                .timeout(HTTP)
                .build();
        int status = http.send(request, BodyHandlers.discarding()).statusCode();
        if (status != 200) {
            throw new IOException("answered %d".formatted(status));
        }
        return status;
    }
}
