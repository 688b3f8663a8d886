package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program that other people wrote and that reads what we write. */
record Tool(String program, String debianPackage) {

    record Result(int exitCode, String output, String errors) {

        /** In the sense of programs that complain and go on. */
        boolean silent() {
            return exitCode == 0 && output.isBlank() && errors.isBlank();
        }
    }

    Result run(Path folder, Object... arguments) throws IOException, InterruptedException {
        // Administrators' programs are not on everybody's PATH.
        var administrators = Path.of("/usr/sbin", program);
        var command =
                new ArrayList<>(List.of(Files.isExecutable(administrators) ? administrators.toString() : program));
        List.of(arguments).forEach(argument -> command.add(argument.toString()));
        var errors = folder.resolve("errors");
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
        // Nobody's own configuration is read.
        builder.environment().put("HOME", folder.toString());
        builder.environment().remove("KUBECONFIG");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return fail("%s is not there (Debian, Ubuntu: apt-get install %s)".formatted(program, debianPackage), e);
        }
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output, Files.readString(errors));
    }
}
