package dev.clusterbox.pki.revocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.clock.MovableClock;
import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Client;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.Tool;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An authority for etcd with the files of somebody who relies on it. */
public record Cluster(RunningPki pki, Path folder) {

    public static final String NAME = "demo-1.etcd";
    public static final String PATH = "/v1/authorities/" + NAME;

    /** Writes {@code ca.pem}. Returns the serial number. */
    public String authority(String keyType) throws IOException, InterruptedException {
        var made = client().put(PATH + "?keyType=" + keyType);
        assertEquals(201, made.status(), made::body);
        Files.writeString(folder.resolve("ca.pem"), made.field("certificate"));
        return made.field("serial");
    }

    /** Writes {@code NAME.pem}. Returns the serial number. */
    public String leaf(String name) throws IOException, InterruptedException {
        run(
                "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -outform DER -out csr -keyout %s.key"
                        .formatted(name));
        var wish = new Wish(NAME, "etcd-client", "CN=%s,O=etcd".formatted(name), List.of());
        var issued = client().issue(wish, Files.readAllBytes(folder.resolve("csr")));
        assertEquals(201, issued.status(), issued::body);
        Files.writeString(folder.resolve(name + ".pem"), issued.field("certificate"));
        return issued.field("serial");
    }

    public void revoke(String serial, String reason) throws IOException, InterruptedException {
        var revoked = client().postJson(
                        "%s/certificates/%s/revoke".formatted(PATH, serial), "{\"reason\":\"%s\"}".formatted(reason));
        assertEquals(200, revoked.status(), revoked::body);
    }

    /** Without a token. */
    public HttpResponse<byte[]> fetch(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(client().uri().resolve(path));
        return client().http()
                .send((headers.length > 0 ? request.headers(headers) : request).build(), BodyHandlers.ofByteArray());
    }

    public void putForward(Duration by) {
        pki.bean(MovableClock.class).putForward(by);
    }

    public Client client() {
        return pki.client();
    }

    public String run(String command) throws IOException, InterruptedException {
        return Tool.run(folder, command.split(" +"));
    }

    public Tool.Result tryOut(String command) throws IOException, InterruptedException {
        return Tool.tryOut(folder, command.split(" +"));
    }
}
