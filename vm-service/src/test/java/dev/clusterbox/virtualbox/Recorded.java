package dev.clusterbox.virtualbox;

import java.nio.charset.StandardCharsets;

/** What VBoxManage 7.2.22 has printed on its standard output, as it was recorded. */
final class Recorded {

    private Recorded() {}

    static String output(String name) {
        return new String(VirtualBoxRoot.resource("recorded/" + name + ".txt"), StandardCharsets.UTF_8);
    }
}
