package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** What a cluster that is up through etcd must show, looked at from outside and from its own machines. */
final class Healthy {

    /** Sees certificates, judges none. */
    private static final X509TrustManager EVERYTHING = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    private Healthy() {}

    static void assertThrough(Installation installation, String name, int controllers, int nodes)
            throws IOException, InterruptedException, GeneralSecurityException {
        var cluster = installation.gateway().cluster(name);
        assertEquals("REACHED", cluster.getAsJsonObject("state").get("kind").getAsString(), cluster.toString());
        var machines = Api.elements(cluster.getAsJsonArray("machines"));
        assertEquals(1 + controllers + nodes, machines.size());
        assertEquals(Set.of("RUNNING"), Api.texts(machines, "power"));
        assertEquals(Set.of("CONNECTED"), Api.texts(machines, "agent"));
        assertProvided(installation, name, machines.size());
        var prefix = cluster.get("subnet").getAsString().replaceFirst("0/24$", "");
        assertLoadBalancer(prefix + "10");
        assertEtcd(installation, name, prefix, controllers);
        assertCertificates(installation, cluster, machines.size(), controllers);
    }

    /** No machine twice. */
    private static void assertProvided(Installation installation, String name, int count)
            throws IOException, InterruptedException {
        var provided = Api.elements(installation
                .vms()
                .get("/v1/providers/nspawn/machines?cluster=" + name)
                .expect(200)
                .json()
                .getAsJsonArray("machines"));
        assertEquals(count, provided.size());
        assertEquals(count, Api.texts(provided, "id").size());
    }

    private static void assertLoadBalancer(String address) throws IOException, InterruptedException {
        for (int port : new int[] {443, 6443}) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), 2000);
            }
        }
        try (var http = HttpClient.newHttpClient()) {
            var page = http.send(
                    HttpRequest.newBuilder(URI.create("http://" + address + ":9000/"))
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("http_back_kube"), "the statistics name the back end");
        }
    }

    private static void assertEtcd(Installation installation, String name, String prefix, int controllers)
            throws IOException, InterruptedException, GeneralSecurityException {
        var health = installation
                .onMachine(name, "controller-1", "bash", "-lc", "etcdctl endpoint health --cluster")
                .succeeded()
                .output();
        assertEquals(controllers, health.split("is healthy", -1).length - 1, health);
        var members = installation
                .onMachine(name, "controller-1", "bash", "-lc", "etcdctl member list")
                .succeeded()
                .output();
        assertEquals(
                controllers,
                members.lines().filter(line -> line.contains("started")).count(),
                members);
        assertEquals(
                controllers,
                members.lines().filter(line -> line.contains("2380")).count(),
                members);
        for (int i = 1; i <= controllers; i++) {
            var address = prefix + (10 + i);
            assertThrows(IOException.class, () -> healthWithoutCertificate(address), address);
        }
    }

    /** A client without a certificate gets no answer. */
    private static void healthWithoutCertificate(String address) throws IOException, GeneralSecurityException {
        try (var socket = connect(address)) {
            socket.getOutputStream()
                    .write("GET /health HTTP/1.0\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            // In TLS 1.3 the server's refusal arrives with the first read.
            if (socket.getInputStream().read() < 0) {
                throw new IOException("closed");
            }
        }
    }

    private static SSLSocket connect(String address) throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {EVERYTHING}, null);
        var socket = (SSLSocket) context.getSocketFactory().createSocket(address, 2379);
        socket.setSoTimeout(5000);
        return socket;
    }

    /** Every certificate of a machine is in the inventory of pki-service, and none was made twice. */
    private static void assertCertificates(Installation installation, JsonObject cluster, int machines, int controllers)
            throws IOException, InterruptedException, GeneralSecurityException {
        var uid = cluster.get("uid").getAsString();
        var etcd = inventory(installation, "authority=" + uid + ".etcd");
        assertEquals(3 * controllers, etcd.size(), () -> "server, peer and client for each: " + etcd);
        assertEquals(etcd.size(), Api.texts(etcd, "serial").size());
        var identities = new TreeSet<String>();
        etcd.forEach(certificate -> identities.add(certificate.get("profile").getAsString() + " "
                + certificate.get("subject").getAsString()));
        assertEquals(etcd.size(), identities.size(), "no identity twice");
        var serials = Api.texts(etcd, "serial");
        var prefix = cluster.get("subnet").getAsString().replaceFirst("0/24$", "");
        for (int i = 1; i <= controllers; i++) {
            try (var socket = connect(prefix + (10 + i))) {
                socket.startHandshake();
                var shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
                var serial = shown.getSerialNumber().toString(16);
                assertTrue(
                        serials.stream().anyMatch(s -> s.replaceFirst("^0+", "").equals(serial)),
                        serial + " is in the inventory");
            }
        }
        var agents = new ArrayList<String>();
        var ids = Api.elements(installation
                .vms()
                .get("/v1/providers/nspawn/machines?cluster="
                        + cluster.get("name").getAsString())
                .json()
                .getAsJsonArray("machines"));
        for (var id : Api.texts(ids, "id")) {
            inventory(installation, "authority=installation&subject=CN%3D" + id + "%2CO%3Dclusterbox:agents")
                    .forEach(
                            certificate -> agents.add(certificate.get("subject").getAsString()));
        }
        assertEquals(machines, agents.size(), "one certificate for each agent: " + agents);
        assertEquals(machines, new TreeSet<>(agents).size());
    }

    private static List<JsonObject> inventory(Installation installation, String filter)
            throws IOException, InterruptedException {
        return Api.elements(installation
                        .pki()
                        .get("/v1/certificates?limit=100&state=valid&" + filter)
                        .expect(200)
                        .json()
                        .getAsJsonArray("certificates"))
                .stream()
                .filter(certificate ->
                        certificate.get("requestedBy").getAsString().startsWith("agent "))
                .toList();
    }
}
