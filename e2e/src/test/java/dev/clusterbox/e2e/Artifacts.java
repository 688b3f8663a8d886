package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Kubernetes' programs and images, in the folder that the environment names. Nothing here can fetch them. */
final class Artifacts {

    static final String VARIABLE = "CLUSTERBOX_ARTIFACTS";

    private Artifacts() {}

    /** Ends the test as skipped where there are none, and says so where a person looks: at the end of the module's output. */
    static Path folderOrSayNotTested() {
        var folder = System.getenv(VARIABLE);
        var missing = folder == null || folder.isBlank();
        if (missing) {
            System.out.println("whole cluster: NOT TESTED, " + VARIABLE + " is not set");
        }
        Assumptions.assumeFalse(missing, "whole cluster: not tested, " + VARIABLE + " is not set");
        return Path.of(folder).toAbsolutePath();
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
