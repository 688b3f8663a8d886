package dev.clusterbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AptSourcesTest {

    @TempDir
    Path etc;

    private void release(String id, String codename) throws IOException {
        Files.writeString(etc.resolve("os-release"), "ID=%s\nVERSION_CODENAME=\"%s\"\n".formatted(id, codename));
        Files.createDirectories(etc.resolve("apt/sources.list.d"));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(etc.resolve("apt").resolve(file), text);
    }

    @Test
    void only_the_distributions_own_entries_are_taken() throws IOException {
        release("debian", "bookworm");
        write("sources.list.d/debian.sources", """
                Types: deb deb-src
                # a comment
                URIs: http://mirror.example/debian
                Suites: bookworm bookworm-updates bookworm-backports
                Components: main contrib
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

                Types: deb
                URIs: http://vendor.example/
                Suites: bookworm
                Components: main
                Signed-By: /usr/share/keyrings/vendor-archive-keyring.gpg

                Types: deb
                URIs: http://off.example/
                Suites: bookworm
                Components: main
                Enabled: no
                """);
        write("sources.list.d/cloud.list", "deb https://cloud.example/apt cloud-sdk-bookworm main\n");
        write(
                "sources.list.d/docker.list",
                "deb [signed-by=/etc/apt/keyrings/docker.asc] https://docker.example bookworm stable\n");

        var sources = AptSources.of(etc);

        assertEquals("bookworm", sources.suite());
        assertEquals("""
                Types: deb
                URIs: http://mirror.example/debian
                Suites: bookworm bookworm-updates
                Components: main
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
                """, sources.text());
    }

    @Test
    void entries_on_one_line_are_understood() throws IOException {
        release("ubuntu", "noble");
        write("sources.list", """
                # deb http://commented.example noble main
                deb [arch=amd64 signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] http://mirror.example/ubuntu noble main restricted universe # near
                deb http://mirror.example/ubuntu noble-security main
                deb-src http://mirror.example/ubuntu noble main
                """);

        assertEquals("""
                Types: deb
                URIs: http://mirror.example/ubuntu
                Suites: noble
                Components: main universe
                Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

                Types: deb
                URIs: http://mirror.example/ubuntu
                Suites: noble-security
                Components: main
                """, AptSources.of(etc).text());
    }

    @Test
    void another_distribution_is_refused_in_a_sentence() throws IOException {
        release("fedora", "");

        assertThrows(ProblemException.class, () -> AptSources.of(etc));
    }

    @Test
    void a_host_without_sources_is_refused_in_a_sentence() throws IOException {
        release("debian", "bookworm");

        assertThrows(ProblemException.class, () -> AptSources.of(etc));
    }
}
