package dev.clusterbox.release;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A systemd unit as far as the tests look into it. */
record Unit(String content) {

    private static final Pattern EXEC = Pattern.compile("Exec(?:Start|StartPre|Reload)=[-@+!:]*(.*)");

    /** The command lines, in words; no unit quotes anything. */
    List<List<String>> commands() {
        return content.replace("\\\n", " ")
                .lines()
                .map(EXEC::matcher)
                .filter(Matcher::matches)
                .map(matcher -> words(matcher.group(1)))
                .toList();
    }

    private static List<String> words(String command) {
        if (command.contains("\"") || command.contains("'")) {
            throw new IllegalArgumentException("quotes are not understood here: " + command);
        }
        return List.of(command.strip().split("\\s+"));
    }

    static String program(List<String> command) {
        return command.getFirst().substring(command.getFirst().lastIndexOf('/') + 1);
    }

    Stream<String> programs() {
        return commands().stream().map(List::getFirst);
    }
}
