package dev.clusterbox.host;

import dev.clusterbox.problem.ProblemException;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A computer that machines are made on.
 *
 * @param providers what makes machines there
 * @param program VBoxManage's name or path there
 */
public record Computer(Host host, List<String> providers, String program, Facts facts) {

    /** Debian's own prints warnings before it. */
    private static final Pattern VERSION = Pattern.compile("(?<version>[0-9]+\\.[0-9]+\\.[0-9]+\\S*)");

    /** Asks the computer what it has. */
    public interface Facts {

        /** @param ours interfaces that do not count as used, because they were made here */
        HostFacts of(Predicate<String> ours) throws InterruptedException;
    }

    /**
     * How a computer is now.
     *
     * @param reachable whether programs can be run there
     * @param why a sentence; if it cannot be used, with what to do about it
     * @param virtualBox the version of its VirtualBox, if it has one
     */
    @Serdeable
    public record Standing(
            String name,
            List<String> providers,
            boolean reachable,
            String why,
            @Nullable String virtualBox) {}

    /**
     * One that is reached over SSH.
     *
     * @param folder where machines are kept, there or not; nothing for somewhere in its user's home
     */
    public static Computer over(SshHost host, String provider, String program, @Nullable String folder) {
        return new Computer(host, List.of(provider), program, ours -> {
            var disk = folder != null && host.exists(folder) ? folder : host.home();
            return RemoteLook.at(host).facts(host.freeMiB(disk), ours);
        });
    }

    public Standing look() throws InterruptedException {
        try {
            host.run(Command.of("true")).orFail();
        } catch (ProblemException e) {
            return new Standing(host.name(), providers, false, e.problem().toString(), null);
        }
        try {
            var version = version(host.run(Command.of(program, "--version")).orFail());
            return new Standing(
                    host.name(),
                    providers,
                    true,
                    version == null ? "'%s --version' tells no version".formatted(program) : "VirtualBox " + version,
                    version);
        } catch (ProblemException e) {
            return new Standing(host.name(), providers, true, e.problem().toString(), null);
        }
    }

    private static @Nullable String version(String printed) {
        return printed.lines()
                .map(String::strip)
                .map(VERSION::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group("version"))
                .findFirst()
                .orElse(null);
    }
}
