package dev.clusterbox.agent.operation;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.gateway.TestAuthority;
import dev.clusterbox.agent.identity.CertificateChain;
import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandResult;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.WriteFile;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A machine in a folder: real files, the real allow-list, a gateway in memory, and programs that answer from a script. */
final class Bench implements Gateway, CommandRunner {

    static final Path ALLOWED = Path.of("src/main/image/etc/clusterbox/allowed.properties");

    final Path root;
    TestAuthority authority = new TestAuthority("etcd");
    final Map<String, byte[]> artifacts = new HashMap<>();
    final Map<String, CommandResult> answers = new HashMap<>();
    final List<String> commands = new ArrayList<>();
    final List<byte[]> requests = new ArrayList<>();
    final OperationParser parser = new OperationParser(Confinement.read(ALLOWED));

    String subject = "O=etcd,CN=controller-1";
    List<String> names = List.of("dns:controller-1", "ip:192.168.56.11");
    Duration life = Duration.ofDays(365);
    boolean answerIsLost;
    Instant now = Instant.now();
    boolean sharedKernel;
    /** Answers to commands that cannot be told of before; null for the others. */
    Function<Command, @Nullable CommandResult> programs = _ -> null;

    private final Map<String, Deque<CommandResult>> first = new HashMap<>();
    private final Map<Boolean, Operations> operations = new HashMap<>();

    Bench(Path root) {
        this.root = root;
    }

    Outcome run(Operation.Builder wire) throws InterruptedException {
        return carryOut(wire, false);
    }

    Outcome dryRun(Operation.Builder wire) throws InterruptedException {
        return carryOut(wire, true);
    }

    private Outcome carryOut(Operation.Builder wire, boolean dryRun) throws InterruptedException {
        return operations
                .computeIfAbsent(
                        sharedKernel, shared -> new Operations(new Machine(root, shared, () -> now), this, this))
                .carryOut(parser.parse(wire.build()), dryRun);
    }

    Path at(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    Path write(String absolute, String content) throws IOException {
        var path = at(absolute);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, content);
    }

    String read(String absolute) throws IOException {
        return Files.readString(at(absolute));
    }

    static Operation.Builder writing(String path, String content) {
        return Operation.newBuilder()
                .setWriteFile(WriteFile.newBuilder().setPath(path).setContent(ByteString.copyFromUtf8(content)));
    }

    Bench on(String command, int exitCode, String stdout) {
        answers.put(command, new CommandResult(exitCode, stdout, exitCode == 0 ? "" : "it failed"));
        return this;
    }

    /** Answers that come before the one of {@link #on}, each once. */
    Bench first(String command, String... stdouts) {
        for (var stdout : stdouts) {
            first.computeIfAbsent(command, _ -> new ArrayDeque<>()).add(new CommandResult(0, stdout, ""));
        }
        return this;
    }

    @Override
    public CommandResult run(Command command) {
        commands.add(command.toString());
        var special = programs.apply(command);
        if (special != null) {
            return special;
        }
        var sooner = first.getOrDefault(command.toString(), new ArrayDeque<>()).poll();
        var answer = sooner != null ? sooner : answers.get(command.toString());
        if (answer == null) {
            throw new AssertionError("a command nobody told of: " + command);
        }
        return answer;
    }

    @Override
    public Signed sign(String profile, byte[] request) {
        requests.add(request);
        if (answerIsLost) {
            throw Problem.unavailable("the answer was lost", "").asException();
        }
        var certificate = authority.issue(subject, TestAuthority.keyOf(request), names, life);
        return new Signed(new CertificateChain(List.of(certificate)), authority.certificate());
    }

    @Override
    public void fetch(Sha256 artifact, OutputStream to) throws IOException {
        var content = artifacts.get(artifact.hex());
        if (content == null) {
            throw Problem.notFound("no such artifact").asException();
        }
        to.write(content);
    }

    String artifact(byte[] content) {
        var sha256 = Sha256.of(content).hex();
        artifacts.put(sha256, content);
        return sha256;
    }

    /** A read-only bind mount at the folder of artifacts, as a machine has it, with the options and what was mounted later. */
    void mountArtifacts(String options, String... later) throws IOException {
        var lines = new StringBuilder("""
                2100 1999 0:45 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a,upperdir=/b
                2150 2100 0:50 / /proc rw,nosuid - proc proc rw
                2200 2100 259:1 /state/artifacts /opt/clusterbox/artifacts %s - ext4 /dev/vda1 rw
                """.formatted(options));
        for (var line : later) {
            lines.append(line).append('\n');
        }
        write("/proc/self/mountinfo", lines.toString());
    }

    /** In the machine's own folder of artifacts, executable. */
    String localArtifact(byte[] content) throws IOException {
        var sha256 = Sha256.of(content).hex();
        Mode.EXECUTABLE.set(
                write("/opt/clusterbox/artifacts/" + sha256, new String(content, StandardCharsets.ISO_8859_1)));
        return sha256;
    }

    /** What is in the folder, without the agent's memory. */
    List<String> files() throws IOException {
        try (var all = Files.walk(root)) {
            return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> "/" + root.relativize(path))
                    .filter(path -> !path.startsWith("/var/lib/clusterbox/"))
                    .sorted()
                    .toList();
        }
    }

    static Problem.Code codeOf(ProblemException e) {
        return e.problem().code();
    }
}
