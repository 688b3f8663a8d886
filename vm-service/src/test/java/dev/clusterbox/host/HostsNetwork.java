package dev.clusterbox.host;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs programs in the host's network, from the tests' own one (see {@code src/test/netns}): for downloads, and nothing else. */
public final class HostsNetwork implements CommandRunner {

    private final LocalRunner runner = new LocalRunner();

    @Override
    public CommandResult run(Command command, Consumer<String> progress) throws InterruptedException {
        var enter = List.of(
                "nsenter",
                "--net=/proc/%d/fd/9".formatted(ProcessHandle.current().pid()),
                "--");
        return runner.run(
                new Command(
                        Stream.concat(enter.stream(), command.arguments().stream())
                                .toList(),
                        command.environment(),
                        command.input(),
                        command.limit()),
                progress);
    }
}
