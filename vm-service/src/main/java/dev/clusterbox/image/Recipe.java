package dev.clusterbox.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What a root file system is built from. The same recipe is not built twice. */
record Recipe(AptSources sources, List<String> packages) {

    /** Counted up when {@link Furnishing} or the way of building changes. */
    private static final int FORMAT = 1;

    /** Of all packages together, measured on Debian 12; an Ubuntu is about the same. */
    static final int DOWNLOAD_MIB = 115;

    static Recipe ofThisHost() {
        return new Recipe(AptSources.ofThisHost(), Contents.PACKAGES);
    }

    /** What another computer must have the same: not where its packages come from. */
    String identity() {
        return "format %d, %s\n%s\n".formatted(FORMAT, System.getProperty("os.arch"), packages);
    }

    String key() {
        var text = FORMAT + "\n" + System.getProperty("os.arch") + "\n" + packages + "\n" + sources.text();
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
