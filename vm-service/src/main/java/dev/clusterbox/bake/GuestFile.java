package dev.clusterbox.bake;

import dev.clusterbox.bake.Payload.Item;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file of ours in each guest that has a kernel of its own; they are in {@code src/main/resources/guest}, which is laid at {@code /}.
 *
 * @param path in the guest, without a leading slash
 */
record GuestFile(String path, int mode) {

    private static final List<GuestFile> ALL = List.of(
            new GuestFile("etc/modules-load.d/clusterbox.conf", 0644),
            new GuestFile("etc/ssh/sshd_config.d/10-clusterbox.conf", 0644),
            new GuestFile("etc/systemd/journald.conf.d/clusterbox.conf", 0644),
            new GuestFile("etc/systemd/network/10-clusterbox-pods.link", 0644),
            new GuestFile("etc/systemd/network/90-clusterbox-unseeded.network", 0644),
            new GuestFile("etc/systemd/networkd.conf.d/clusterbox.conf", 0644),
            new GuestFile("etc/systemd/resolved.conf.d/clusterbox.conf", 0644),
            new GuestFile("etc/systemd/system/clusterbox-seed.service", 0644),
            new GuestFile("etc/systemd/system/ssh.service.d/clusterbox.conf", 0644),
            new GuestFile("etc/udev/rules.d/90-clusterbox-seed.rules", 0644),
            new GuestFile("opt/clusterbox/guest/clusterbox-seed", 0755));

    static List<GuestFile> all() {
        return ALL;
    }

    /** The file, and before it the folders that it stands in. */
    List<Item> items(FileTime time) {
        var items = new ArrayList<Item>();
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            items.add(Payload.folder(path.substring(0, slash + 1), 0755));
        }
        var content = resource("/guest/" + path).getBytes(StandardCharsets.UTF_8);
        items.add(new Item(
                path, 0100000 | mode, time, content.length, "", Optional.of(() -> new ByteArrayInputStream(content))));
        return items;
    }

    /** A text that is packed with this program. */
    static String resource(String name) {
        try (var in = GuestFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
