package dev.clusterbox.fetch;

import java.util.Locale;
import java.util.Optional;

/** A publisher's file that has but one checksum, or a line for each file, as sha256sum prints it. */
public final class ChecksumList {

    private ChecksumList() {}

    /** @param digits a regular expression of what a checksum looks like */
    public static Optional<String> find(String text, String fileName, String digits) {
        for (var line : text.lines().map(String::strip).toList()) {
            var words = line.split("[ *]+", 2);
            var sum = words[0].toLowerCase(Locale.ROOT);
            if (sum.matches(digits)
                    && (words.length == 1 || words[1].equals(fileName) || words[1].endsWith("/" + fileName))) {
                return Optional.of(sum);
            }
        }
        return Optional.empty();
    }
}
