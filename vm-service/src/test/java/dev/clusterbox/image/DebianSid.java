package dev.clusterbox.image;

import dev.clusterbox.host.CommandRunner;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Debian's newest packages, from the mirror that this host gets its own from. */
public final class DebianSid {

    private DebianSid() {}

    /**
     * A source of packages in the format of sources.list(5), "deb822-style". Nothing if this host is no Debian: another
     * distribution's mirror does not have them.
     */
    public static Optional<String> source(List<String> components) {
        var here = AptSources.ofThisHost();
        return Stream.of(here.text().split("\n\n?(?=Types:)"))
                .filter(entry -> entry.contains("debian-archive-keyring"))
                .filter(entry ->
                        entry.lines().anyMatch(line -> line.matches("Suites: (.* )?" + here.suite() + "( .*)?")))
                .findFirst()
                .map(entry -> entry.replaceAll("(?m)^Suites: .*", "Suites: sid")
                                .replaceAll("(?m)^Components: .*", "Components: " + String.join(" ", components))
                                .strip()
                        + "\n");
    }

    /** What of this host's apt decides whether it can reach that mirror, and believes it. */
    public static List<String> aptOptions(CommandRunner host) throws InterruptedException {
        return BaseImage.aptOptions(host);
    }
}
