package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.SshTarget.Credential;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSH's real agent has the key, and its real server lets it in. */
@NullUnmarked // both are started before each test
final class SshAgentTest {

    @TempDir
    Path scratch;

    private Sshd sshd;
    private Path socket;
    private Process agent;

    @BeforeEach
    void start() throws Exception {
        sshd = new Sshd(scratch);
        socket = scratch.resolve("agent");
        agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (!Files.exists(socket) && agent.isAlive()) {
            Thread.sleep(10);
        }
    }

    @AfterEach
    void end() {
        agent.destroyForcibly().onExit().join();
        sshd.close();
    }

    private void add(Path key) throws Exception {
        var add = new ProcessBuilder("ssh-add", "-q", key.toString());
        add.environment().put("SSH_AUTH_SOCK", socket.toString());
        assertEquals(0, add.inheritIO().start().waitFor());
        Files.delete(key);
    }

    private SshHost host() throws Exception {
        return new SshHost(sshd.target(new Credential.Agent(socket)));
    }

    private Problem refusal() throws Exception {
        try (var host = host()) {
            return assertThrows(ProblemException.class, () -> host.run(Command.of("true")))
                    .problem();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "rsa", "ecdsa"})
    void a_key_that_only_the_agent_has_lets_in_though_it_is_not_the_first(String kind) throws Exception {
        add(sshd.newKey("other"));
        var key = sshd.newKey("own", "-t", kind, "-N", "");
        Files.copy(key.resolveSibling("own.pub"), sshd.mounts().seen("/mnt/keys"));
        sshd.allow("/mnt/keys");
        add(key);

        try (var host = host()) {
            assertEquals(Sshd.USER + "\n", host.run(Command.of("id", "-un")).orFail());
        }
    }

    @Test
    void an_agent_whose_keys_are_not_let_in_is_said() throws Exception {
        add(sshd.newKey("other"));

        var problem = refusal();

        assertTrue(problem.message().contains("any key of the ssh-agent at " + socket), problem.toString());
        assertTrue(problem.hint().contains("ssh-copy-id"), problem.toString());
    }

    @Test
    void an_agent_without_keys_and_one_that_is_gone_are_said() throws Exception {
        assertTrue(refusal().message().contains("has no keys"));

        agent.destroy();
        agent.waitFor();
        Files.deleteIfExists(socket);

        assertTrue(refusal().message().contains("does not answer"));
    }
}
