package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What we write, given to the programs that will read it; each of them is shown a mistake, too, to see that it looks. */
final class OtherProgramsTest {

    private static final Tool KUBECTL = new Tool("kubectl", "kubernetes-client");
    private static final Tool HAPROXY = new Tool("haproxy", "haproxy");
    private static final Tool BASH = new Tool("bash", "bash");
    private static final Tool SHELL = new Tool("sh", "dash");

    @TempDir
    private Path folder;

    private static Stream<Rendered> files(Predicate<Rendered> which) {
        return Arrays.stream(Variant.values()).flatMap(Rendered::files).filter(which);
    }

    static Stream<Rendered> kubeconfigs() {
        return files(file -> file.content().contains("\nkind: Config\n"));
    }

    static Stream<Rendered> scripts() {
        return files(file -> file.path().endsWith(".sh") || file.content().startsWith("#!/bin/"));
    }

    static Stream<Rendered> haproxy() {
        return files(file -> file.fileName().equals("haproxy.cfg"));
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("file"), content);
    }

    @ParameterizedTest
    @MethodSource("kubeconfigs")
    void kubectl_finds_the_server_and_the_person(Rendered file) throws Exception {
        var view =
                KUBECTL.run(folder, "--kubeconfig", write(file.content()), "config", "view", "--minify", "-o", "json");

        assertEquals(0, view.exitCode(), view::toString);
        var json = new ObjectMapper().readTree(view.output());
        var cluster = json.at("/clusters/0/cluster");
        var user = json.at("/users/0/user");
        assertTrue(cluster.path("server").asText().matches("https://192\\.168\\.26\\.[0-9]+:6443"), view::toString);
        var certificate = Rendered.operations(new Releases().get(file.line()), file.variant(), file.hostName()).stream()
                .filter(Operation::hasMakeCertificate)
                .map(Operation::getMakeCertificate)
                .filter(wish -> wish.getKeyPath().equals(user.path("client-key").asText()))
                .findFirst()
                .orElseThrow();
        assertEquals(
                certificate.getCertificatePath(),
                user.path("client-certificate").asText());
        assertEquals(
                certificate.getAuthorityPath(),
                cluster.path("certificate-authority").asText());
        assertEquals(commonName(certificate), json.at("/users/0/name").asText());
    }

    private static String commonName(MakeCertificate wish) {
        return wish.getSubject().replaceAll("^CN=([^,]+).*", "$1");
    }

    @Test
    void kubectl_minds_a_context_that_is_not_there() throws Exception {
        var file = kubeconfigs().findFirst().orElseThrow();
        var bad = write(file.content().replace("current-context: ", "current-context: x"));

        assertNotEquals(
                0,
                KUBECTL.run(folder, "--kubeconfig", bad, "config", "view", "--minify")
                        .exitCode());
    }

    @ParameterizedTest
    @MethodSource("haproxy")
    void haproxy_understands_its_configuration(Rendered file) throws Exception {
        var check = HAPROXY.run(folder, "-c", "-f", write(file.content()));

        assertEquals(0, check.exitCode(), check::toString);
        assertFalse(check.errors().contains("WARNING"), check::toString);
    }

    @Test
    void haproxy_minds_a_misspelt_word() throws Exception {
        var file = haproxy().findFirst().orElseThrow();
        var bad = write(file.content().replace("timeout client", "timeuot client"));
        var check = HAPROXY.run(folder, "-c", "-f", bad);

        assertNotEquals(0, check.exitCode());
        assertTrue(check.errors().contains("timeuot"), check::toString);
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void the_shell_understands_scripts(Rendered file) throws Exception {
        var shell = file.content().startsWith("#!/bin/bash\n") ? BASH : SHELL;
        var check = shell.run(folder, "-n", write(file.content()));

        assertTrue(check.silent(), check::toString);
    }

    @Test
    void the_shell_minds_what_is_open() throws Exception {
        assertFalse(SHELL.run(folder, "-n", write("if true; then\n")).silent());
    }

    @Test
    void there_are_files_for_all_of_them() {
        assertTrue(kubeconfigs().count() > 10);
        assertTrue(scripts().count() > 5);
        assertEquals(3, haproxy().count());
    }
}
