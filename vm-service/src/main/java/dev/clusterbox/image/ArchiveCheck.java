package dev.clusterbox.image;

import dev.clusterbox.problem.Problem;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Reads an archive of a root file system to its end before root unpacks it. Whatever would come to lie outside of its folder, or
 * is no file, folder or link, or is larger than such a thing can be, is refused.
 */
final class ArchiveCheck {

    /** Ten times today's. */
    private static final long LARGEST = 8L << 30;

    private static final int MOST = 500_000;

    private final String identity;
    private final Set<String> names = new HashSet<>();
    private final Set<String> links = new HashSet<>();

    private ArchiveCheck(String identity) {
        this.identity = identity;
    }

    /** Copies a file whose checksum must be this. */
    static void copy(Path from, Path to, String sha256) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        try (var in = new DigestInputStream(new Limited(Files.newInputStream(from), LARGEST), digest)) {
            Files.copy(in, to);
        } catch (TooLarge e) {
            throw refused("it is larger than %d GiB".formatted(LARGEST >> 30));
        }
        var is = HexFormat.of().formatHex(digest.digest());
        if (!is.equals(sha256)) {
            throw refused("its checksum is %s (expected: %s)".formatted(is, sha256));
        }
    }

    /** @param identity what its first member must say */
    static void requireHarmless(Path archive, String identity) throws IOException {
        requireHarmless(archive, identity, LARGEST);
    }

    static void requireHarmless(Path archive, String identity, long largest) throws IOException {
        var check = new ArchiveCheck(identity);
        try (var file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                var tar = new TarArchiveInputStream(new Limited(new GZIPInputStream(file, 1 << 16), largest))) {
            check.read(tar);
        } catch (TooLarge e) {
            throw refused("it unpacks to more than %d MiB".formatted(largest >> 20));
        } catch (IOException | IllegalArgumentException e) {
            throw refused("it is damaged: " + e.getMessage());
        }
    }

    private void read(TarArchiveInputStream tar) throws IOException {
        var first = tar.getNextEntry();
        if (first == null || !first.getName().equals(BaseArchive.IDENTITY) || first.getSize() > 65_536) {
            throw refused("it is no image of Clusterbox's");
        }
        var said = new String(tar.readAllBytes(), StandardCharsets.UTF_8);
        if (!said.equals(identity)) {
            throw refused("it was made by another version of Clusterbox or for another processor: %s (expected: %s)"
                    .formatted(firstLine(said), firstLine(identity)));
        }
        for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            member(entry);
            if (names.size() > MOST) {
                throw refused("it has more than %d members".formatted(MOST));
            }
            tar.skipNBytes(entry.getSize());
        }
    }

    private void member(TarArchiveEntry entry) {
        var name = plain(entry.getName());
        if (!names.add(name)) {
            throw refused("it has '%s' twice".formatted(name));
        }
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            if (links.contains(name.substring(0, slash))) {
                throw refused("'%s' lies behind a link".formatted(name));
            }
        }
        switch (entry.getLinkFlag()) {
            case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM -> {
                if (entry.isSparse()) {
                    throw refused("'%s' is sparse".formatted(name));
                }
            }
            case TarConstants.LF_DIR -> {}
            case TarConstants.LF_SYMLINK -> links.add(name);
            case TarConstants.LF_LINK -> {
                if (!names.contains(plain(entry.getLinkName())) || links.contains(plain(entry.getLinkName()))) {
                    throw refused("'%s' is a link to what is not in it before".formatted(name));
                }
            }
            default -> throw refused("'%s' is no file, folder or link".formatted(name));
        }
    }

    /** Without the leading "./" and a trailing slash. */
    private static String plain(String name) {
        var text = name.startsWith("./") ? name.substring(2) : name;
        text = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (!name.startsWith("./") || ("/" + text + "/").contains("/../") || text.contains("//") || text.startsWith("/")) {
            throw refused("'%s' leads out of it".formatted(name));
        }
        return text;
    }

    private static String firstLine(String text) {
        return text.lines().limit(2).map(line -> line.substring(0, Math.min(line.length(), 60))).toList().toString();
    }

    private static RuntimeException refused(String why) {
        return Problem.invalid("the archive of the machines' image cannot be used: " + why, "get the bundle anew")
                .asException();
    }

    private static final class TooLarge extends IOException {}

    /** A few kilobytes can unpack to as many gigabytes as somebody likes. */
    private static final class Limited extends FilterInputStream {

        private long left;

        Limited(InputStream in, long most) {
            super(in);
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = in.read(buffer, offset, length);
            count(n);
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            long skipped = in.skip(n);
            count(skipped);
            return skipped;
        }

        private void count(long n) throws TooLarge {
            left -= Math.max(n, 0);
            if (left < 0) {
                throw new TooLarge();
            }
        }
    }
}
