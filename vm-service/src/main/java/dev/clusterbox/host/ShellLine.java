package dev.clusterbox.host;

import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a POSIX shell on another computer is given to run one command. SSH carries a line and not an argument vector (RFC
 * 4254, 6.5), so this is the one place that quotes.
 */
final class ShellLine {

    /** VirtualBox on a Mac is in {@code /usr/local/bin}, which a session without a terminal does not look in. */
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Said on the standard error before the program runs, so that it can be ended from another session. */
    static final String PROCESS = "clusterbox-process ";

    /** Said in place of a program that is not there: what it ends with could be a program's own. */
    static final String MISSING = "clusterbox-not-installed";

    static final int MISSING_EXIT_CODE = 127;

    /** Linux passes no longer one on to a shell (execve(2): MAX_ARG_STRLEN, with the zero at its end). */
    private static final int LONGEST = 128 * 1024 - 1;

    private ShellLine() {}

    /** The program takes the shell's place, so that it has the process id that was said. */
    static String of(Command command) {
        var program = quote(command.arguments().getFirst());
        var line = "cd /; PATH=%s:$PATH; export PATH LC_ALL=C.UTF-8%s; echo \"%s$$\" >&2; "
                        .formatted(PATH, environment(command), PROCESS)
                + "command -v %s >/dev/null 2>&1 || { echo %s >&2; exit %d; }; "
                        .formatted(program, MISSING, MISSING_EXIT_CODE)
                + command.arguments().stream().map(ShellLine::quote).collect(Collectors.joining(" ", "exec ", ""));
        if (line.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new IllegalArgumentException(
                    "command: %d characters (expected: fewer than %d)".formatted(line.length(), LONGEST));
        }
        return line;
    }

    /** Set by the shell, because most SSH servers take no variables from their clients. */
    private static String environment(Command command) {
        return new TreeMap<>(command.environment())
                .entrySet().stream()
                        .map(variable -> " " + requireName(variable.getKey()) + "=" + quote(variable.getValue()))
                        .collect(Collectors.joining());
    }

    private static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("variable: '%s' (expected: letters, digits, _)".formatted(name));
        }
        return name;
    }

    /** Between single quotes nothing means anything but the single quote (POSIX, Shell Command Language 2.2.2). */
    static String quote(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'%s' (expected: no NUL)".formatted(text.replace('\0', '?')));
        }
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
