package dev.clusterbox.host;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/** Looks at this host. */
public final class Hosts {

    private static final Pattern MEMORY = Pattern.compile("(?<name>MemTotal|MemAvailable): +(?<kib>[0-9]+) kB");

    private static final Path MEMORY_FILE = Path.of("/proc/meminfo");

    private Hosts() {}

    /** The computer's name, as the kernel knows it. */
    public static String name() {
        return read(Path.of("/proc/sys/kernel/hostname")).strip();
    }

    /**
     * Reads a setting below {@code /proc/sys}. The kernel gives a number in one piece to the first read, and nothing to a second
     * one; {@link Files#readString} may begin with a read of one byte.
     */
    public static String setting(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(64), StandardCharsets.US_ASCII).strip();
        }
    }

    /**
     * What there is now.
     *
     * @param folder on the disk that machines are kept on
     * @param ours interfaces that do not count as used, because they were made here
     */
    public static HostFacts facts(Path folder, Predicate<String> ours) {
        try {
            Set<String> used = new TreeSet<>();
            HostNetworks.used(ours).forEach(network -> used.add(network.range().toString()));
            return new HostFacts(
                    memory("MemTotal", OperatingSystemMXBean::getTotalMemorySize),
                    memory("MemAvailable", OperatingSystemMXBean::getFreeMemorySize),
                    Runtime.getRuntime().availableProcessors(),
                    Files.getFileStore(folder).getUsableSpace() >> 20,
                    System.getProperty("os.arch"),
                    List.copyOf(used));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In MiB. A Mac's kernel has no such file; what it calls free is less than what programs could get. */
    private static long memory(String name, ToLongFunction<OperatingSystemMXBean> elsewhere) {
        return Files.exists(MEMORY_FILE) ? memory(name) : memoryElsewhere(elsewhere);
    }

    static long memoryElsewhere(ToLongFunction<OperatingSystemMXBean> elsewhere) {
        return elsewhere.applyAsLong(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)) >> 20;
    }

    private static long memory(String name) {
        return read(MEMORY_FILE)
                .lines()
                .map(MEMORY::matcher)
                .filter(line -> line.matches() && line.group("name").equals(name))
                .mapToLong(line -> Long.parseLong(line.group("kib")) >> 10)
                .findFirst()
                .orElse(0);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
