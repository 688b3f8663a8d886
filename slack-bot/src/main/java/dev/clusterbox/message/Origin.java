package dev.clusterbox.message;

/**
 * The command that a message tells of.
 *
 * @param slash how the bot is called in this workspace, {@code /cluster}
 * @param text what stood behind it; empty where it is not known any more
 */
public record Origin(String slash, String text) {

    /** Slack takes 2,000 characters with a button; a plan's hash may follow. */
    private static final int LONGEST = 1_900;

    /**
     * The whole command as a button carries it; empty where a button could not. A plan holds once: what is done again is
     * done without it.
     */
    String command() {
        var command = slash + " " + text.replace('\n', ' ').replaceAll(" --if-plan \\S+", "");
        return text.isEmpty() || command.length() > LONGEST ? "" : command;
    }
}
