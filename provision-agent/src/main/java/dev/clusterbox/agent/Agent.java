package dev.clusterbox.agent;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.identity.MachineClock;
import dev.clusterbox.agent.link.Link;
import dev.clusterbox.agent.operation.Confinement;
import dev.clusterbox.agent.operation.OperationParser;
import dev.clusterbox.agent.process.LocalProcesses;
import dev.clusterbox.agent.v1.Hello;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;

/** The process in each machine. It takes no arguments: who it is and whom it trusts is in its seed. */
public final class Agent {

    private Agent() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Journal.begin();
        // Another root is for tests and for the training of the start-up cache.
        var root = Path.of(System.getProperty("clusterbox.root", "/"));
        var processes = new LocalProcesses();
        var confinement = Confinement.read(root.resolve("etc/clusterbox/allowed.properties"));
        new Link(
                        root,
                        processes,
                        new MachineClock(InstantSource.system(), processes),
                        new OperationParser(confinement),
                        hello(root))
                .run();
    }

    private static Hello hello(Path root) throws IOException {
        var version = Agent.class.getPackage().getImplementationVersion();
        return Hello.newBuilder()
                .setAgentVersion(version == null ? "unpackaged" : version)
                .setBootId(bootId(root.resolve("run/clusterbox/boot-id")))
                .build();
    }

    /** The kernel's own is the host's in a container. What is in /run is gone after a boot, so this is there once per boot. */
    private static String bootId(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            StagedFile.write(
                    file, UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII), Mode.PUBLIC, Owner.ROOT);
        }
        return Files.readString(file).strip();
    }
}
