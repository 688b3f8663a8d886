package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.MachineName;
import dev.clusterbox.network.HardwareAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The hardware addresses of a machine's two adapters. They follow from its name, so that the seed can name them, and nobody
 * has to find them out.
 */
record Adapters(HardwareAddress nat, HardwareAddress hostOnly) {

    /** What VirtualBox's own addresses begin with. */
    private static final String VENDOR = "080027";

    static Adapters of(String installation, MachineName name) {
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest((installation + "\0" + name).getBytes(StandardCharsets.UTF_8));
            var hex = HexFormat.of().formatHex(digest);
            // One apart, so that they differ whatever the hash is.
            int first = Integer.parseInt(hex, 0, 6, 16) & ~1;
            return new Adapters(
                    HardwareAddress.parse("%s%06x".formatted(VENDOR, first)),
                    HardwareAddress.parse("%s%06x".formatted(VENDOR, first | 1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
