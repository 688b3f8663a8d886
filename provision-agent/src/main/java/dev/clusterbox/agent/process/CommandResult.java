package dev.clusterbox.agent.process;

/** How a command ended, and the end of what it printed. */
public record CommandResult(int exitCode, String stdout, String stderr) {

    public boolean succeeded() {
        return exitCode == 0;
    }

    /** The last line that says something, for a person who wants to know why. */
    public String lastWords() {
        var text = stderr.isBlank() ? stdout : stderr;
        return text.strip().lines().reduce("", (_, line) -> line);
    }
}
