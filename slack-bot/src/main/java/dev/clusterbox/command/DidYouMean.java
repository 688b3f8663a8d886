package dev.clusterbox.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class DidYouMean {

    /** Nothing this long is a typo of anything known, and the table of distances stays small. */
    private static final int LONGEST = 30;

    private DidYouMean() {}

    /** A third of the letters may be wrong; of a short word, one. */
    static Optional<String> closest(String typed, Collection<String> known) {
        if (typed.isEmpty() || typed.length() > LONGEST) {
            return Optional.empty();
        }
        var allowed = Math.max(1, typed.length() / 3);
        return known.stream()
                .filter(word -> distance(typed, word) <= allowed || (typed.length() >= 3 && word.startsWith(typed)))
                .min(Comparator.comparingInt(word -> distance(typed, word)));
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    private static int distance(String a, String b) {
        var table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    table[i][j] = i + j;
                    continue;
                }
                var cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                var least = Math.min(table[i - 1][j] + 1, table[i][j - 1] + 1);
                least = Math.min(least, table[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, table[i - 2][j - 2] + 1);
                }
                table[i][j] = least;
            }
        }
        return table[a.length()][b.length()];
    }
}
