package dev.clusterbox.agent.process;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How a person would type it. Nothing here is ever given to a shell by us. */
public final class Shell {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private Shell() {}

    public static String line(List<String> argv) {
        return argv.stream().map(Shell::quote).collect(Collectors.joining(" "));
    }

    public static String quote(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
