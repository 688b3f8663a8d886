package dev.clusterbox.virtualbox;

import java.util.Optional;

/** How VirtualBox is installed. */
final class Install {

    private Install() {}

    static String advice(Optional<Platform> platform) {
        return switch (platform.orElse(Platform.LINUX)) {
            case LINUX ->
                "Ubuntu: 'sudo apt-get install virtualbox'; Debian, Fedora: the package of"
                        + " https://www.virtualbox.org/wiki/Linux_Downloads; or use the provider nspawn";
            case MACOS ->
                "install it from https://www.virtualbox.org/wiki/Downloads (the one for your processor), allow it in System"
                        + " Settings, Privacy & Security, and restart the Mac";
            case WINDOWS -> "install it from https://www.virtualbox.org/wiki/Downloads";
        };
    }
}
