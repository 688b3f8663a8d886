package dev.clusterbox.host;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is run: an argument vector, never a line for a shell.
 *
 * @param environment what is set besides what every program here gets
 * @param input what the program reads from its standard input
 * @param limit after which it is killed
 */
public record Command(List<String> arguments, Map<String, String> environment, String input, Duration limit) {

    /** Everything but building a root file system is done in milliseconds; a host under load may need seconds. */
    private static final Duration USUAL_LIMIT = Duration.ofSeconds(30);

    public static Command of(String... arguments) {
        return new Command(List.of(arguments), Map.of(), "", USUAL_LIMIT);
    }

    public static Command of(List<String> arguments) {
        return new Command(List.copyOf(arguments), Map.of(), "", USUAL_LIMIT);
    }

    public Command with(Map<String, String> variables) {
        return new Command(arguments, Map.copyOf(variables), input, limit);
    }

    public Command withInput(String text) {
        return new Command(arguments, environment, text, limit);
    }

    public Command within(Duration duration) {
        return new Command(arguments, environment, input, duration);
    }

    @Override
    public String toString() {
        return String.join(" ", arguments);
    }
}
