package dev.clusterbox.e2e;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What somebody does who joins a kubelet by hand: keys and requests by openssl, the rest by kubectl. */
final class HandJoined {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Kubectl admin;
    private final Path folder;

    HandJoined(String name, Kubectl admin, Path folder) throws IOException {
        this.name = name;
        this.admin = admin;
        this.folder = Files.createDirectories(folder.resolve(name));
    }

    /** Makes a key and a CertificateSigningRequest of this name in the cluster, as the one who has the kubectl. */
    void ask(Kubectl who, String request, String signer, List<String> usages, String names)
            throws IOException, InterruptedException {
        var csr = folder.resolve(request + ".csr");
        var openssl = new ArrayList<>(List.of(
                "openssl",
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-keyout",
                folder.resolve(request + ".key").toString(),
                "-subj",
                "/O=system:nodes/CN=system:node:" + name,
                "-out",
                csr.toString()));
        if (!names.isEmpty()) {
            openssl.addAll(List.of("-addext", "subjectAltName=" + names));
        }
        Run.of(LIMIT, Map.of(), openssl).succeeded();
        who.apply("""
                apiVersion: certificates.k8s.io/v1
                kind: CertificateSigningRequest
                metadata: {name: %s}
                spec:
                  request: %s
                  signerName: kubernetes.io/%s
                  usages: [%s]
                """.formatted(
                        request,
                        Base64.getEncoder().encodeToString(Files.readAllBytes(csr)),
                        signer,
                        String.join(", ", usages)));
    }

    /** Waits for its certificate and returns it as openssl prints it. */
    String certificate(String request) throws Exception {
        Timed.begin("certificate of " + request)
                .until("there", LIMIT, () -> encoded(request).isPresent() ? Optional.empty() : Optional.of("pending"));
        var file = Files.write(
                folder.resolve(request + ".pem"),
                Base64.getDecoder().decode(encoded(request).orElseThrow()));
        return Run.of(LIMIT, Map.of(), List.of("openssl", "x509", "-in", file.toString(), "-noout", "-text"))
                .succeeded()
                .output();
    }

    private Optional<String> encoded(String request) throws IOException, InterruptedException {
        return Optional.ofNullable(status(request).get("certificate")).map(text -> text.getAsString());
    }

    private JsonObject status(String request) throws IOException, InterruptedException {
        return admin.json("get", "csr", request).getAsJsonObject("status");
    }

    /** The conditions of a request: "Denied: why"; nothing while it is pending. */
    String conditions(String request) throws IOException, InterruptedException {
        var status = status(request);
        return status.has("conditions")
                ? Api.elements(status.getAsJsonArray("conditions")).stream()
                        .map(condition -> "%s: %s"
                                .formatted(
                                        condition.get("type").getAsString(),
                                        condition.get("message").getAsString()))
                        .toList()
                        .toString()
                : "";
    }

    /** Waits until a condition of the request says this. */
    void awaitCondition(String request, String text) throws Exception {
        Timed.begin(request).until(text, LIMIT, () -> {
            var conditions = conditions(request);
            return conditions.contains(text) ? Optional.empty() : Optional.of("conditions: " + conditions);
        });
    }

    /** A kubectl that is the node, by the certificate of the request. */
    Kubectl as(String request) throws IOException, InterruptedException {
        return as(
                request,
                "--client-certificate=" + folder.resolve(request + ".pem"),
                "--client-key=" + folder.resolve(request + ".key"));
    }

    /** A kubectl of somebody who may ask for certificates, and nothing else. */
    Kubectl asStranger() throws IOException, InterruptedException {
        admin.apply("""
                {apiVersion: v1, kind: ServiceAccount, metadata: {name: stranger, namespace: default}}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: stranger}
                rules: [{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create, get]}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: stranger}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: stranger}
                subjects: [{kind: ServiceAccount, name: stranger, namespace: default}]
                """);
        var token =
                admin.run("create", "token", "stranger").succeeded().output().strip();
        return as("stranger", "--token=" + token);
    }

    private Kubectl as(String file, String... credentials) throws IOException, InterruptedException {
        var kubeconfig = Files.copy(
                admin.kubeconfig(), folder.resolve(file + ".kubeconfig"), StandardCopyOption.REPLACE_EXISTING);
        var other = new Kubectl(admin.program(), kubeconfig, admin.environment());
        var words = new ArrayList<>(List.of("config", "set-credentials", "other"));
        words.addAll(List.of(credentials));
        other.run(words.toArray(String[]::new)).succeeded();
        other.run("config", "set-context", "--current", "--user=other").succeeded();
        return other;
    }
}
