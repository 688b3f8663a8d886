package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Kubernetes' programs and images, in the folder that the environment names. Nothing here can fetch them. */
final class Artifacts {

    static final String VARIABLE = "CLUSTERBOX_ARTIFACTS";

    private Artifacts() {}

    static boolean named() {
        var folder = System.getenv(VARIABLE);
        return folder != null && !folder.isBlank();
    }

    static Path folder() {
        return Path.of(System.getenv(VARIABLE)).toAbsolutePath();
    }

    /** Whether there are archives of these images, by the names of their files. */
    static boolean haveImages(Path folder, String... names) {
        return Stream.of(names).allMatch(name -> Files.exists(folder.resolve("images", name + ".tar")));
    }

    /** How large all archives of images are together. */
    static long imagesMiB() throws IOException {
        long bytes = 0;
        try (var archives = Files.newDirectoryStream(folder().resolve("images"), "*.tar")) {
            for (var archive : archives) {
                bytes += Files.size(archive);
            }
        }
        return bytes >> 20;
    }

    /** A program of this computer's architecture, at the top of the folder or one folder below. */
    static Path program(Path folder, String name) throws IOException {
        try (var files = Files.find(
                folder,
                2,
                (file, attributes) -> file.getFileName().toString().equals(name) && Files.isExecutable(file))) {
            var found = files.filter(Files::isRegularFile).findFirst();
            assertTrue(found.isPresent(), () -> "'%s' is in the folder of artifacts %s".formatted(name, folder));
            return found.orElseThrow();
        }
    }
}
