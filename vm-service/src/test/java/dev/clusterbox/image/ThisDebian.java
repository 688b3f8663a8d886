package dev.clusterbox.image;

import dev.clusterbox.host.CommandRunner;
import java.util.List;

/** What root file systems are made of on this host, for those who make others of the same. */
public final class ThisDebian {

    private ThisDebian() {}

    public static String suite() {
        return AptSources.ofThisHost().suite();
    }

    /** In the format of sources.list(5), "deb822-style". */
    public static String sources() {
        return AptSources.ofThisHost().text();
    }

    /** What a machine of a cluster needs. */
    public static List<String> packages() {
        return Recipe.ofThisHost().packages();
    }

    /** What of this host's apt decides whether it can reach its mirror, and believes it. */
    public static List<String> aptOptions(CommandRunner host) throws InterruptedException {
        return BaseImage.aptOptions(host);
    }
}
