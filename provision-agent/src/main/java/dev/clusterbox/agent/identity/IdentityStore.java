package dev.clusterbox.agent.identity;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Identity on disk. Key and certificate lie in one file, so that they change together or not at all; a key that has no
 * certificate yet waits in another.
 */
public final class IdentityStore {

    private final Path folder;
    private final Path facts;
    private final Path current;
    private final Path next;

    public IdentityStore(Path root) {
        this.folder = root.resolve("var/lib/clusterbox/agent");
        this.facts = folder.resolve("identity.properties");
        this.current = folder.resolve("agent.pem");
        this.next = folder.resolve("agent.next.pem");
    }

    /** Empty where this machine is not enrolled, or not with whom the seed names. */
    public Optional<Identity> read() throws IOException {
        if (!Files.exists(facts) || !Files.exists(current)) {
            return Optional.empty();
        }
        try {
            var properties = properties();
            var key = KeyAndRequest.read(current);
            var certificates = Pem.certificates(Files.readString(current));
            var token = properties.getProperty("spentToken", "");
            if (key.isEmpty() || certificates.isEmpty() || token.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new Identity(
                    properties.getProperty("machine", ""),
                    GatewayAddress.parse(properties.getProperty("gateway", "")),
                    Pem.certificate(properties.getProperty("authority", "")),
                    properties.getProperty("kernel", "").equals("shared"),
                    token,
                    key.get(),
                    new CertificateChain(certificates)));
        } catch (ProblemException | IllegalArgumentException e) {
            // A disk lost a part of it: as good as no identity, and repaired in the same way.
            return Optional.empty();
        }
    }

    /**
     * The key to enrol with, on disk before it is returned. A disk that was cloned from another machine brings that machine's
     * key: it is thrown away.
     */
    public KeyAndRequest keyFor(Seed seed) throws IOException {
        makeFolder();
        if (!properties().getProperty("machine", seed.machine()).equals(seed.machine())) {
            Files.deleteIfExists(current);
            Files.deleteIfExists(next);
        }
        if (!properties().getProperty("machine", "").equals(seed.machine())) {
            write(seed, "");
        }
        return KeyAndRequest.storedAt(current, Identity.subject(seed.machine()), List.of());
    }

    /** A key for the certificate after this one, on disk before it is returned. */
    public KeyAndRequest nextKey(Identity identity) throws IOException {
        return KeyAndRequest.storedAt(next, Identity.subject(identity.machine()), List.of());
    }

    public Identity enrolled(Seed seed, KeyAndRequest key, CertificateChain chain) throws IOException {
        var identity = new Identity(
                seed.machine(), seed.gateway(), seed.authority(), seed.sharedKernel(), seed.tokenDigest(), key, chain);
        check(identity);
        write(seed, seed.tokenDigest());
        store(identity);
        return identity;
    }

    public Identity renewed(Identity before, KeyAndRequest key, CertificateChain chain) throws IOException {
        var identity = new Identity(
                before.machine(),
                before.gateway(),
                before.authority(),
                before.sharedKernel(),
                before.spentToken(),
                key,
                chain);
        check(identity);
        store(identity);
        return identity;
    }

    private static void check(Identity identity) {
        if (!identity.chain().isOf(identity.authority())) {
            throw Problem.failed("the certificate we got is not of our authority", "check the gateway's authority")
                    .asException();
        }
        if (!identity.key().isOf(identity.chain())) {
            throw Problem.failed("the certificate we got is not for our key", "plant a new seed")
                    .asException();
        }
    }

    private void store(Identity identity) throws IOException {
        var pem = identity.key().toPem() + identity.chain().toPem();
        StagedFile.write(current, pem.getBytes(StandardCharsets.US_ASCII), Mode.PRIVATE, Owner.ROOT);
        Files.deleteIfExists(next);
    }

    private void write(Seed seed, String spentToken) throws IOException {
        var properties = new Properties();
        properties.setProperty("machine", seed.machine());
        properties.setProperty("gateway", seed.gateway().toString());
        properties.setProperty("authority", CertificateChain.encode(seed.authority()));
        properties.setProperty("kernel", seed.sharedKernel() ? "shared" : "own");
        properties.setProperty("spentToken", spentToken);
        var text = new StringWriter();
        properties.store(text, null);
        StagedFile.write(facts, text.toString().getBytes(StandardCharsets.UTF_8), Mode.PRIVATE, Owner.ROOT);
    }

    private Properties properties() throws IOException {
        var properties = new Properties();
        if (Files.exists(facts)) {
            try (var in = Files.newBufferedReader(facts)) {
                properties.load(in);
            }
        }
        return properties;
    }

    private void makeFolder() throws IOException {
        Files.createDirectories(folder);
        new Mode(0700).set(folder);
    }
}
