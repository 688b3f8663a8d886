package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that nobody but their owner may read. */
final class SecretFile {

    private SecretFile() {}

    /** Returns the file if it is for its owner only. */
    static Path require(Path file) {
        try {
            for (var permission : Files.getPosixFilePermissions(file)) {
                if (!permission.name().startsWith("OWNER_")) {
                    throw Problem.failed("%s: others have %s".formatted(file, permission), "chmod 600 " + file)
                            .asException();
                }
            }
            return file;
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.failed("%s: %s".formatted(file, e), "it must be there, readable by its owner only"), e);
        }
    }

    /** What stands in its first line. */
    static char[] read(Path file) {
        try (var lines = Files.lines(require(file))) {
            return lines.findFirst().orElse("").toCharArray();
        } catch (IOException e) {
            throw new ProblemException(Problem.failed("%s: %s".formatted(file, e), "it must be readable"), e);
        }
    }
}
