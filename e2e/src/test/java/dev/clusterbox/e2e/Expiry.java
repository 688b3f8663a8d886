package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Time that has passed for certificates: each is replaced by one for the same key, of the same authority, that says the same
 * and ended ten days ago. The clock cannot be moved: containers have their host's.
 */
final class Expiry {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Not that of a request, which may stand before it. */
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

    private static final String CONFIGURATION = """
            [ca]
            default_ca = any
            [any]
            dir = FOLDER
            database = FOLDER/index.txt
            new_certs_dir = FOLDER
            rand_serial = yes
            default_md = sha256
            unique_subject = no
            copy_extensions = copyall
            policy = all
            x509_extensions = none
            [all]
            commonName = optional
            organizationName = optional
            [none]
            """;

    private final Installation installation;
    private final Path folder;
    private final Map<String, String> authorities;
    private final Map<String, String> certificates = new HashMap<>();

    Expiry(Installation installation) throws IOException, InterruptedException {
        this.installation = installation;
        this.folder = Files.createTempDirectory(installation.state(), "expiry");
        this.authorities = AuthorityKeys.authorities(installation);
        Files.writeString(folder.resolve("ca.cnf"), CONFIGURATION.replace("FOLDER", folder.toString()));
        Files.createFile(folder.resolve("index.txt"));
    }

    /** A certificate in a machine; the key may lie in the same file. */
    void expire(String machine, String authority, String keyFile, String certificateFile) throws Exception {
        var key = read(machine, keyFile);
        var there = keyFile.equals(certificateFile) ? key.substring(0, key.indexOf(BEGIN)) : "";
        var expired = there + expired(authority, key, read(machine, certificateFile));
        var encoded = Base64.getEncoder().encodeToString(expired.getBytes(StandardCharsets.US_ASCII));
        installation
                .onMachine("demo", machine, "sh", "-c", "echo %s | base64 -d >%s".formatted(encoded, certificateFile))
                .succeeded();
        assertTrue(isOver(read(machine, certificateFile)));
    }

    /** The same for a file of this host that has both. */
    void expire(Path file, String authority) throws Exception {
        var text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.indexOf(BEGIN)) + expired(authority, text, text));
        assertTrue(isOver(Files.readString(file)));
    }

    String read(String machine, String file) throws IOException, InterruptedException {
        return installation.onMachine("demo", machine, "cat", file).succeeded().output();
    }

    static boolean isOver(String pem) throws CertificateException {
        var text = pem.substring(pem.indexOf(BEGIN));
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
        return certificate.getNotAfter().toInstant().isBefore(Instant.now());
    }

    private String expired(String authority, String key, String certificate) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("key.pem"), key);
        Files.writeString(folder.resolve("old.pem"), certificate.substring(certificate.indexOf(BEGIN)));
        Files.writeString(folder.resolve("ca.pem"), certificateOf(authority));
        Files.writeString(folder.resolve("ca-key.pem"), keyOf(authority));
        var end = Instant.now().minus(Duration.ofDays(10));
        openssl(
                "x509",
                "-x509toreq",
                "-in",
                "old.pem",
                "-signkey",
                "key.pem",
                "-copy_extensions",
                "copyall",
                "-out",
                "new.csr");
        openssl(
                "ca",
                "-batch",
                "-notext",
                "-preserveDN",
                "-config",
                "ca.cnf",
                "-cert",
                "ca.pem",
                "-keyfile",
                "ca-key.pem",
                "-startdate",
                TIME.format(end.minus(Duration.ofDays(80))),
                "-enddate",
                TIME.format(end),
                "-in",
                "new.csr",
                "-out",
                "new.pem");
        return Files.readString(folder.resolve("new.pem"));
    }

    /** Asked for once: later nobody may be there who could be asked. */
    private String certificateOf(String authority) throws IOException, InterruptedException {
        if (!certificates.containsKey(authority)) {
            var answer = installation.pki().get("/v1/authorities/" + authority);
            certificates.put(
                    authority, answer.expect(200).json().get("certificate").getAsString());
        }
        return certificates.get(authority);
    }

    /** The keys of authorities lie under no name that says whose they are. */
    private String keyOf(String authority) throws IOException, InterruptedException {
        try (var keys = Files.newDirectoryStream(installation.state().resolve("pki-service/keys"), "*.pem")) {
            for (var key : keys) {
                var opened = openssl(
                        "pkcs8",
                        "-in",
                        key.toString(),
                        "-passin",
                        "file:" + installation.state().resolve("passphrase"));
                Files.writeString(folder.resolve("candidate.pem"), opened);
                if (openssl("pkey", "-pubout", "-in", "candidate.pem").strip().equals(authorities.get(authority))) {
                    return opened;
                }
            }
        }
        throw new AssertionError("no key of " + authority);
    }

    private String openssl(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.stream(words)
                .map(word -> word.matches("[a-z-]+\\.(pem|csr|cnf)")
                        ? folder.resolve(word).toString()
                        : word)
                .toList());
        return Run.of(Duration.ofSeconds(30), Map.of(), command).succeeded().output();
    }
}
