package dev.clusterbox.virtualbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;

/** The real VirtualBox, but its machines run under QEMU, in software: slowly, and really. See {@code QemuVBoxManage.sh}. */
public final class QemuVirtualBox implements AutoCloseable {

    private final RealVirtualBox real;
    private final Path folder;

    private QemuVirtualBox(RealVirtualBox real, Path folder) {
        this.real = real;
        this.folder = folder;
    }

    public static QemuVirtualBox around(RealVirtualBox real) throws IOException {
        var folder = Files.createDirectories(real.folder().resolve("qemu"));
        var box = new QemuVirtualBox(real, folder);
        var text = new String(VirtualBoxRoot.resource("QemuVBoxManage.sh"), StandardCharsets.UTF_8)
                .replace("@REAL@", real.program().toString())
                .replace("@FOLDER@", folder.toString());
        Files.setPosixFilePermissions(
                Files.writeString(box.program(), text), PosixFilePermissions.fromString("rwxr-xr-x"));
        return box;
    }

    public Path program() {
        return folder.resolve("VBoxManage");
    }

    /** What a machine has written to its serial port. */
    public String console(String machine) throws IOException {
        return Files.readString(folder.resolve(machine + ".log"), StandardCharsets.ISO_8859_1);
    }

    VBoxManage manage() {
        return new VBoxManage(real.host(), program().toString(), Map.of(), Duration.ofMillis(100));
    }

    /** Ends those machines that run, and no other process. */
    @Override
    public void close() throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*.pid")) {
            for (var file : files) {
                ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                        .filter(process -> process.info()
                                .commandLine()
                                .filter(line -> line.contains(folder.toString()))
                                .isPresent())
                        .ifPresent(process -> {
                            process.destroyForcibly();
                            process.onExit().join();
                        });
            }
        }
    }
}
