package dev.clusterbox.virtualbox;

import java.util.Locale;
import java.util.Optional;

/** What the computer with VirtualBox runs: what to type differs. */
enum Platform {
    LINUX("Linux"),
    MACOS("macOS"),
    WINDOWS("Windows");

    private final String title;

    Platform(String title) {
        this.title = title;
    }

    /** As people write it. */
    String title() {
        return title;
    }

    /** @param name as {@code uname -s} or Java's {@code os.name} has it */
    static Optional<Platform> named(String name) {
        var lower = name.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith("darwin") || lower.startsWith("mac")) {
            return Optional.of(MACOS);
        }
        if (lower.startsWith("linux")) {
            return Optional.of(LINUX);
        }
        return lower.startsWith("windows") || lower.startsWith("cygwin") || lower.startsWith("mingw")
                ? Optional.of(WINDOWS)
                : Optional.empty();
    }
}
