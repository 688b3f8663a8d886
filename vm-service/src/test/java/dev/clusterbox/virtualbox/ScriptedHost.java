package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.Host;
import dev.clusterbox.host.Tunnel;
import dev.clusterbox.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A computer that is only what a test says of it: what commands print, and which files are there. */
final class ScriptedHost implements Host {

    private record Answer(int exitCode, String stdout, String stderr) {}

    private final Map<String, Answer> answers = new HashMap<>();
    private final Map<String, String> files = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private long freeMiB = 100_000;

    /** A command that succeeds. */
    ScriptedHost prints(String command, String stdout) {
        answers.put(command, new Answer(0, stdout, ""));
        return this;
    }

    ScriptedHost fails(String command, int exitCode, String stdout, String stderr) {
        answers.put(command, new Answer(exitCode, stdout, stderr));
        return this;
    }

    /** A file, also for {@code cat}. */
    ScriptedHost has(String path, String text) {
        files.put(path, text);
        return prints("cat " + path, text);
    }

    ScriptedHost without(String path) {
        files.remove(path);
        answers.remove("cat " + path);
        return this;
    }

    ScriptedHost withFreeMiB(long free) {
        freeMiB = free;
        return this;
    }

    List<String> asked() {
        return asked;
    }

    @Override
    public CommandResult run(Command command, Consumer<String> progress) {
        asked.add(command.toString());
        var answer = answers.get(command.toString());
        if (answer == null) {
            throw Problem.unavailable(
                            "'%s' is not installed"
                                    .formatted(command.arguments().getFirst()),
                            "install it")
                    .asException();
        }
        return new CommandResult(command, answer.exitCode, answer.stdout, answer.stderr);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public String home() {
        return "/home/anna";
    }

    @Override
    public boolean exists(String path) {
        return files.containsKey(path);
    }

    @Override
    public long freeMiB(String folder) {
        return freeMiB;
    }

    @Override
    public void makeFolder(String path) {
        throw changed();
    }

    @Override
    public void write(String path, byte[] content) {
        throw changed();
    }

    @Override
    public void upload(Path from, String to, LongConsumer transferred) {
        throw changed();
    }

    @Override
    public List<String> list(String folder) {
        return files.keySet().stream()
                .filter(path -> path.startsWith(folder + "/"))
                .map(path -> path.substring(folder.length() + 1))
                .sorted()
                .toList();
    }

    @Override
    public void remove(String path) {
        throw changed();
    }

    @Override
    public Tunnel tunnel(int port) {
        throw changed();
    }

    /** Nothing here may be. */
    private static AssertionError changed() {
        return new AssertionError("a look changes nothing");
    }
}
