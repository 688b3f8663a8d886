package dev.clusterbox.image;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.concurrent.locks.ReentrantLock;

/** The folder of images. Several services may share it; one builds at a time. */
final class ImageFolder {

    static final String UNFINISHED = ".building-";

    /** The operating system's lock is the process's, not the thread's. */
    private static final ReentrantLock THIS_PROCESS = new ReentrantLock();

    private final Path folder;
    private final CommandRunner host;

    ImageFolder(Path folder, CommandRunner host) {
        this.folder = folder;
        this.host = host;
    }

    /** What is done while nobody else does such a thing. */
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    void alone(Work work) throws IOException, InterruptedException {
        THIS_PROCESS.lockInterruptibly();
        try (var channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(); // until the channel is closed
            sweep();
            try {
                work.run();
            } finally {
                sweep();
            }
        } finally {
            THIS_PROCESS.unlock();
        }
    }

    /** Nobody builds while we have the lock, so whatever is unfinished was given up; its builder may still be at it. */
    private void sweep() throws IOException, InterruptedException {
        var scraps = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(folder, UNFINISHED + "*")) {
            all.forEach(scraps::add);
        }
        for (var scrap : scraps) {
            ProcessHandle.allProcesses()
                    .filter(process -> process.info()
                            .commandLine()
                            .filter(line -> line.contains(scrap.toString()))
                            .isPresent())
                    .forEach(process -> {
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        process.destroyForcibly();
                    });
            host.run(Command.of("rm", "-rf", "--one-file-system", "--", scrap.toString()))
                    .orFail();
        }
    }
}
