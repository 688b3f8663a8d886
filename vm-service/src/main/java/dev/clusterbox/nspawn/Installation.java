package dev.clusterbox.nspawn;

import dev.clusterbox.machine.MachineName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names what this installation makes on the host. Two installations, say a user's and a test's, never use the same name:
 * all of them come from the folder that the installation keeps its machines in.
 *
 * @param folder where machines and networks are kept, with its real path
 */
record Installation(Path folder, String id) {

    /** Linux allows 15 characters for an interface (IFNAMSIZ). */
    private static final int HASH_OF_INTERFACE = 10;

    /** What the bridges of all installations begin with. */
    static final String BRIDGE = "cbx";

    static Installation at(Path folder) {
        return new Installation(folder, hash(folder.toString(), 8));
    }

    Path machines() {
        return folder.resolve("machines");
    }

    Path networks() {
        return folder.resolve("networks");
    }

    Path forwards() {
        return folder.resolve("forwards");
    }

    String bridge(String network) {
        return BRIDGE + hash(folder + "\0network\0" + network, HASH_OF_INTERFACE);
    }

    /** The host's end of a machine's cable. */
    String cable(MachineName machine) {
        return "cbm" + hash(folder + "\0machine\0" + machine, HASH_OF_INTERFACE);
    }

    /** The machine's end keeps its address for life, so that nobody has to find it again after a restart. */
    String hardwareAddress(MachineName machine) {
        return hardwareAddress("machine\0" + machine);
    }

    String bridgeAddress(String network) {
        return hardwareAddress("network\0" + network);
    }

    /** Locally administered, so that it is no manufacturer's (IEEE 802). */
    private String hardwareAddress(String thing) {
        return "02:" + hash(folder + "\0address\0" + thing, 10).replaceAll("(..)(?!$)", "$1:");
    }

    /** What systemd-nspawn calls the machine, and the name of its control group. */
    String container(MachineName machine) {
        return "cbm-" + id + "-" + hash(folder + "\0machine\0" + machine, HASH_OF_INTERFACE);
    }

    String firewallTable() {
        return "clusterbox_" + id;
    }

    String controlGroup() {
        return "clusterbox-" + id;
    }

    private static String hash(String text, int digits) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, digits);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
