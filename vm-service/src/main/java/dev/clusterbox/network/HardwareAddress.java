package dev.clusterbox.network;

import dev.clusterbox.problem.Problem;
import java.util.Locale;
import java.util.regex.Pattern;

/** The address of a network adapter, six octets. Text of it is lower case with colons: as Linux writes it. */
public record HardwareAddress(String text) {

    private static final Pattern OCTETS = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final Pattern WITHOUT_COLONS = Pattern.compile("[0-9A-Fa-f]{12}");

    /** Bit 0 of the first octet (IEEE 802): such an address is no adapter's. */
    private static final int GROUP = 1;

    public HardwareAddress {
        if (!OCTETS.matcher(text).matches() || (Integer.parseInt(text, 0, 2, 16) & GROUP) != 0) {
            throw Problem.invalid(
                            "hardware address: '%s' (expected: an adapter's, such as 08:00:27:12:34:56)"
                                    .formatted(text),
                            "")
                    .asException();
        }
    }

    /** Reads it with colons, or without, as VirtualBox writes it. */
    public static HardwareAddress parse(String text) {
        var small = text.toLowerCase(Locale.ROOT);
        return new HardwareAddress(
                WITHOUT_COLONS.matcher(text).matches() ? small.replaceAll("(..)(?=.)", "$1:") : small);
    }

    /** Twelve hexadecimal digits, as {@code VBoxManage modifyvm --mac-address1} takes it. */
    public String withoutColons() {
        return text.replace(":", "").toUpperCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return text;
    }
}
