package dev.clusterbox.virtualbox;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** The version of VirtualBox. */
record Version(int major, int minor, int patch) implements Comparable<Version> {

    /** Such as {@code 7.2.22_Debianr175245}, on a line of its own: warnings may stand before it. */
    private static final Pattern LINE = Pattern.compile("(?m)^(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\S*\\s*$");

    private static final Version OLDEST = new Version(7, 0, 0);

    /** The first that is not known yet. */
    private static final Version TOO_NEW = new Version(7, 3, 0);

    /** @param printed what {@code VBoxManage --version} has printed */
    static Optional<Version> parse(String printed) {
        return LINE.matcher(printed)
                .results()
                .map(found -> new Version(
                        Integer.parseInt(found.group(1)),
                        Integer.parseInt(found.group(2)),
                        Integer.parseInt(found.group(3))))
                .reduce((_, last) -> last);
    }

    boolean isOld() {
        return compareTo(OLDEST) < 0;
    }

    boolean isNewerThanKnown() {
        return compareTo(TOO_NEW) >= 0;
    }

    boolean isAtLeast(int someMajor, int someMinor, int somePatch) {
        return compareTo(new Version(someMajor, someMinor, somePatch)) >= 0;
    }

    @Override
    public int compareTo(Version other) {
        return Comparator.comparingInt(Version::major)
                .thenComparingInt(Version::minor)
                .thenComparingInt(Version::patch)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return "%d.%d.%d".formatted(major, minor, patch);
    }
}
