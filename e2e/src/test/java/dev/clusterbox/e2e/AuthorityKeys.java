package dev.clusterbox.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The private keys that lie on machines, compared with the public keys of all authorities. */
final class AuthorityKeys {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----.+?-----END \\1PRIVATE KEY-----", Pattern.DOTALL);

    private AuthorityKeys() {}

    /** The public halves of the private keys in a machine, each with the files that hold it. */
    static Map<String, Set<String>> onMachine(Installation installation, String machine)
            throws IOException, InterruptedException {
        var files = installation
                .onMachine(
                        "demo",
                        machine,
                        "sh",
                        "-c",
                        "grep -rl --devices=skip 'PRIVATE KEY-----' /etc /home /opt /root /run /srv /tmp /usr/local /var"
                                + " --exclude-dir=io.containerd.* --exclude-dir=artifacts --exclude-dir=runtime"
                                + " 2>/dev/null; true")
                .succeeded()
                .output();
        var keys = new TreeMap<String, Set<String>>();
        for (var file : files.lines().filter(line -> line.startsWith("/")).toList()) {
            var content = installation
                    .onMachine("demo", machine, "cat", file)
                    .succeeded()
                    .output();
            var matcher = KEY.matcher(content);
            while (matcher.find()) {
                keys.computeIfAbsent(openssl(matcher.group() + "\n", "pkey", "-pubout", "-in"), key -> new TreeSet<>())
                        .add(file);
            }
        }
        return keys;
    }

    /** The public keys of all authorities, by name. */
    static Map<String, String> authorities(Installation installation) throws IOException, InterruptedException {
        var keys = new TreeMap<String, String>();
        for (var authority : Api.elements(
                installation.pki().get("/v1/authorities").expect(200).json().getAsJsonArray("authorities"))) {
            keys.put(
                    authority.get("name").getAsString(),
                    openssl(authority.get("certificate").getAsString(), "x509", "-noout", "-pubkey", "-in"));
        }
        return keys;
    }

    private static String openssl(String pem, String... words) throws IOException, InterruptedException {
        var file = Files.createTempFile("pem", ".pem");
        try {
            Files.writeString(file, pem);
            var command = new java.util.ArrayList<String>(List.of("openssl"));
            command.addAll(List.of(words));
            command.add(file.toString());
            return Run.of(Duration.ofSeconds(20), Map.of(), command)
                    .succeeded()
                    .output()
                    .strip();
        } finally {
            Files.delete(file);
        }
    }
}
