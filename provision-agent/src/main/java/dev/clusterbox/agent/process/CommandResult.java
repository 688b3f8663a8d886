package dev.clusterbox.agent.process;

/** How a command ended, and the end of what it printed. */
public record CommandResult(int exitCode, String stdout, String stderr) {

    public boolean succeeded() {
        return exitCode == 0;
    }

    /** The last line that says something, for a person who wants to know why. */
    public String lastWords() {
        return stderr.isBlank() ? lastLine(stdout) : complaint();
    }

    /** As {@link #lastWords}, but never of what the program was run for. */
    public String complaint() {
        return lastLine(stderr);
    }

    private static String lastLine(String text) {
        return text.strip().lines().reduce("", (_, line) -> line);
    }
}
