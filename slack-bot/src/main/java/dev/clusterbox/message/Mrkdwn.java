package dev.clusterbox.message;

import java.util.regex.Pattern;

/**
 * Slack's own markup ("mrkdwn"). Whatever comes from people, machines or the gateway goes through {@link #escape} or
 * {@link #code}, so that no name can mention a channel, forge a link or turn the text around.
 */
public final class Mrkdwn {

    /** What Slack takes in the text of one section. */
    static final int SECTION = 3_000;

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}&&[^\\n]]");
    private static final Pattern EVERYBODY = Pattern.compile("@(?=(?i:channel|here|everyone)\\b)");
    private static final String ZERO_WIDTH_SPACE = "\u200b";

    private Mrkdwn() {}

    /**
     * Makes text harmless. Slack reads {@code & < >} as markup wherever they stand; a mention of everybody can also be
     * recognised without them when a message is parsed a second time, so those are broken up.
     */
    public static String escape(String text) {
        var visible = INVISIBLE.matcher(text).replaceAll(" ");
        var escaped = visible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return EVERYBODY.matcher(escaped).replaceAll("@" + ZERO_WIDTH_SPACE);
    }

    /** Text on one line, as it was typed: nothing in it is bold or crossed out. */
    public static String code(String text) {
        return "`" + escape(text.replace('\n', ' ')).replace('`', '\'') + "`";
    }

    /** A block of lines in a fixed width. */
    static String block(String text) {
        return "```\n" + escape(text).replace('`', '\'') + "\n```";
    }

    /** Cuts escaped text to a length that Slack takes, never through an entity or a pair of surrogates. */
    public static String fit(String escaped, int limit) {
        if (escaped.length() <= limit) {
            return escaped;
        }
        var end = limit - 1;
        if (Character.isHighSurrogate(escaped.charAt(end - 1))) {
            end--;
        }
        var entity = escaped.lastIndexOf('&', end - 1);
        if (entity >= 0 && entity >= end - 5 && escaped.indexOf(';', entity) >= end) {
            end = entity;
        }
        return escaped.substring(0, end) + "…";
    }
}
