package dev.clusterbox.bake;

import dev.clusterbox.image.Contents;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes of a guest that has booted for the first time the image that machines are cloned from: the packages that they need, the
 * agent and the artifacts in it, and nothing left that only one machine may have. Its end is a guest that switches itself off.
 *
 * <p>A bake that failed leaves a guest that is half done. It is thrown away, and the next one begins with a fresh one.
 */
public final class Bake {

    /** Counted up when what is done to a guest changes in a way that the scripts do not show. */
    private static final int FORMAT = 1;

    /** For a guest with an own kernel, besides {@link Contents#PACKAGES}: who comes in, and where names are looked up. */
    private static final List<String> PACKAGES = Stream.concat(
                    Contents.PACKAGES.stream(), Stream.of("openssh-server", "systemd-resolved", "udev"))
            .toList();

    /** Seven machines boot at once: what a computer does for its own upkeep they do not need. */
    private static final List<String> MASKED = Stream.concat(
                    Contents.UNITS_OF_THE_CLUSTER.stream(),
                    Stream.of(
                            "apt-daily.timer",
                            "apt-daily-upgrade.timer",
                            "dpkg-db-backup.timer",
                            "e2scrub_all.timer",
                            "e2scrub_reap.service",
                            "fstrim.timer",
                            "man-db.timer",
                            "motd-news.timer",
                            "unattended-upgrades.service"))
            .toList();

    private static final List<String> SCRIPTS = List.of("settle.sh", "mask.sh", "packages.sh", "finish.sh");

    private static final int APT_REACHES_NOBODY = 10;
    private static final int APT_CANNOT_INSTALL = 11;
    private static final String DONE = "clusterbox-baked\n";

    private final Payload payload;
    private final Duration patience;

    /**
     * Only says what will go in.
     *
     * @param patience for how long a guest may boot before it answers on SSH: a minute at most under a hypervisor, several where
     *     its processor is emulated. Each stage after that may take ten times as long
     */
    public Bake(Payload payload, Duration patience) {
        this.payload = payload;
        this.patience = patience;
    }

    /**
     * Names the image that is made of this base: the same content has the same name. Artifacts do not count, since an agent fetches
     * those that it does not find.
     *
     * @param base names the content of the base image, such as its checksum
     */
    public String key(String base) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            update(digest, FORMAT + "\0" + base + "\0" + PACKAGES + "\0" + MASKED);
            SCRIPTS.forEach(script -> update(digest, script(script)));
            for (var item : new Payload(payload.agent(), Optional.empty()).items()) {
                update(digest, "%s\0%o\0%d\0%s".formatted(item.name(), item.mode(), item.size(), item.link()));
                if (item.source().isPresent()) {
                    try (var in = item.source().get().open()) {
                        var buffer = new byte[1 << 16];
                        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                            digest.update(buffer, 0, read);
                        }
                    }
                }
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void update(MessageDigest digest, String text) {
        digest.update((text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Does all of it. When it returns, the guest is about to switch itself off.
     *
     * @param progress sees sentences for people
     */
    public void run(GuestAccess access, Consumer<String> progress) throws InterruptedException {
        progress.accept("waiting for the guest to boot");
        try (var guest = GuestSession.open(access, patience)) {
            progress.accept("waiting for the guest's first boot to end");
            stage(guest, "settling", "settle.sh", List.of());
            stage(guest, "masking units", "mask.sh", MASKED);
            packages(guest, progress);
            upload(guest, progress);
            progress.accept("taking out what only one machine may have");
            finish(guest, access.user());
        }
        progress.accept("waiting for the guest to switch itself off");
    }

    private String stage(GuestSession guest, String stage, String script, List<String> words)
            throws InterruptedException {
        return guest.run(stage, script(script), words, limit(), _ -> {});
    }

    private Duration limit() {
        return patience.multipliedBy(10);
    }

    private static String script(String name) {
        return GuestFile.resource("/bake/" + name);
    }

    private void packages(GuestSession guest, Consumer<String> progress) throws InterruptedException {
        progress.accept("looking for packages that are missing");
        var outcome = guest.outcome("installing packages", script("packages.sh"), PACKAGES, limit(), line -> {
            if (line.startsWith("installing ")) {
                progress.accept(line);
            }
        });
        if (outcome.ended() && outcome.exitCode() == APT_REACHES_NOBODY) {
            throw Problem.unavailable(
                            "installing packages: apt in the guest reaches no mirror: %s"
                                    .formatted(outcome.lastWords()),
                            "the guest needs the Internet by its NAT adapter; or use a base image with %s in it"
                                    .formatted(String.join(", ", PACKAGES)))
                    .asException();
        }
        if (outcome.ended() && outcome.exitCode() == APT_CANNOT_INSTALL && !outcome.isDiskFull()) {
            throw Problem.failed(
                            "installing packages: apt in the guest cannot: %s".formatted(outcome.lastWords()),
                            "use Debian 12 or newer, or Ubuntu 24.04 or newer, as the base image")
                    .asException();
        }
        outcome.orFail();
    }

    private void upload(GuestSession guest, Consumer<String> progress) throws InterruptedException {
        var items = payload.items();
        var meter = new UploadMeter(Payload.bytes(items), progress);
        guest.unpack("uploading", out -> Payload.write(items, out, meter::at), limit());
    }

    private void finish(GuestSession guest, String user) throws InterruptedException {
        var outcome = guest.outcome("finishing", script("finish.sh"), List.of(user), limit(), _ -> {});
        // The guest may be gone before it has told how the script ended.
        if (!outcome.stdout().endsWith(DONE)) {
            outcome.orFail();
            throw Problem.failed("finishing: the guest did not say that it was done", "try again")
                    .asException();
        }
    }
}
