package dev.clusterbox.command;

import dev.clusterbox.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Splits a typed line into words, much like a shell, and takes back what Slack and telephones do to it: {@code --} becomes
 * a long dash, straight quotes become curly ones, {@code & < >} become entities.
 */
final class Words {

    /** Long enough to recognise one's own typing. */
    private static final int SHOWN = 40;

    /** Any dash, or two, before a letter: nobody means a name by that. */
    private static final Pattern LEADING_DASHES = Pattern.compile("^[\\p{Pd}\\u2212]{1,3}(?=\\p{L})");

    /** What a narrow column makes of a dash inside a word. */
    private static final Pattern INNER_DASH = Pattern.compile("[\\u2010\\u2011]");

    /** Zero-width and direction marks: what is not seen must not count. */
    private static final Pattern INVISIBLE = Pattern.compile("\\p{Cf}");

    private static final String DOUBLE_QUOTES = "\"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033";
    private static final String SINGLE_QUOTES = "'`\u2018\u2019\u201a\u201b\u2032";

    private Words() {}

    static List<String> of(String text) {
        var line = INVISIBLE.matcher(unescaped(text)).replaceAll("");
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        var within = false;
        var quotes = "";
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (!quotes.isEmpty()) {
                if (quotes.indexOf(c) >= 0) {
                    quotes = "";
                } else {
                    word.append(c);
                }
            } else if (DOUBLE_QUOTES.indexOf(c) >= 0 || SINGLE_QUOTES.indexOf(c) >= 0) {
                quotes = DOUBLE_QUOTES.indexOf(c) >= 0 ? DOUBLE_QUOTES : SINGLE_QUOTES;
                within = true;
            } else if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                if (within) {
                    words.add(straightened(word.toString()));
                    word.setLength(0);
                    within = false;
                }
            } else {
                word.append(c);
                within = true;
            }
        }
        if (!quotes.isEmpty()) {
            throw Problem.invalid("a quote is opened and never closed", "close it, or leave it out")
                    .asException();
        }
        if (within) {
            words.add(straightened(word.toString()));
        }
        return words;
    }

    /** A person's own words for a message: short, on one line. */
    static String shown(String text) {
        var line = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", " ");
        if (line.codePointCount(0, line.length()) <= SHOWN) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, SHOWN)) + "…";
    }

    private static String straightened(String word) {
        return INNER_DASH
                .matcher(LEADING_DASHES.matcher(word).replaceFirst("--"))
                .replaceAll("-");
    }

    /** Slack escapes these three, and only these. */
    private static String unescaped(String text) {
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    }
}
