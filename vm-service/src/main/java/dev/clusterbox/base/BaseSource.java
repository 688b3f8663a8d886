package dev.clusterbox.base;

import dev.clusterbox.problem.Problem;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Which base is meant, and how it is known to be that. */
public sealed interface BaseSource {

    /**
     * A file on this computer.
     *
     * @param checksum nothing if its owner knows what it is
     */
    record Local(Path path, Optional<Checksum> checksum) implements BaseSource {}

    /**
     * A published file.
     *
     * @param listed whether its publisher's own list of checksums must have the same one
     */
    record Published(URI address, Checksum checksum, boolean listed) implements BaseSource {}

    /**
     * Reads what can be configured.
     *
     * @param base a path or an address; empty for the default
     * @param checksum such as {@code sha512:…}; an address needs one
     */
    static BaseSource parse(String base, String checksum, String architecture) {
        if (base.isBlank()) {
            return debian(architecture);
        }
        Optional<Checksum> sum = checksum.isBlank() ? Optional.empty() : Optional.of(Checksum.parse(checksum));
        if (base.matches("[a-z]+://.*")) {
            var address = address(base);
            return new Published(
                    address,
                    sum.orElseThrow(() -> Problem.invalid(
                                    "clusterbox.virtualbox.base: %s needs a checksum".formatted(base),
                                    "set clusterbox.virtualbox.base-checksum to sha256:… or sha512:…, from its"
                                            + " publisher")
                            .asException()),
                    false);
        }
        var path = Path.of(base);
        if (!path.isAbsolute()) {
            throw Problem.invalid("clusterbox.virtualbox.base: '%s' (expected: an absolute path)".formatted(base), "")
                    .asException();
        }
        return new Local(path, sum);
    }

    private static URI address(String text) {
        try {
            var address = URI.create(text);
            if (address.getScheme().matches("https?") && address.getHost() != null && address.getUserInfo() == null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw Problem.invalid("clusterbox.virtualbox.base: '%s' (expected: https://…)".formatted(text), "")
                .asException();
    }

    /**
     * Debian 12 as its cloud team builds it, in the variant for all computers: that for clouds ("genericcloud") has a kernel without
     * drivers for SATA controllers and for the network adapters that VirtualBox has.
     *
     * @param architecture as the kernel calls it: x86_64, aarch64 or arm64
     */
    static Published debian(String architecture) {
        return switch (architecture) {
            case "x86_64", "amd64" ->
                debian(
                        "amd64",
                        "0b04eda1c80b255d6234ae6fe63c43a6cb0de4afc5c37873acbc82d5b1feba7a"
                                + "619d2402d2341af1cf9e0898fa7d5225be343fef47349b18fe28b838001bd8eb");
            case "aarch64", "arm64" ->
                debian(
                        "arm64",
                        "8f872616a25ac6ca7c0d1b169b062931db51cd03fda4c8cbc74f228d045b186e"
                                + "dd1c7d105933a7149c3377372cd0196d7659f07574d7bf6425b82b01df323026");
            default ->
                throw Problem.unavailable(
                                "there is no base image for the architecture '%s'".formatted(architecture),
                                "use a host with x86_64 or arm64, or set clusterbox.virtualbox.base")
                        .asException();
        };
    }

    /** These checksums are from two projects that pin the same build; the publisher's list was not seen, so it is asked, too. */
    private static Published debian(String architecture, String sha512) {
        var version = "20260806-2562";
        var address = "https://cloud.debian.org/images/cloud/bookworm/%1$s/debian-12-generic-%2$s-%1$s.qcow2"
                .formatted(version, architecture);
        return new Published(URI.create(address), new Checksum("SHA-512", sha512), true);
    }
}
