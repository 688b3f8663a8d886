package dev.clusterbox.seed;

import com.github.stephenc.javaisotools.iso9660.ConfigException;
import com.github.stephenc.javaisotools.iso9660.ISO9660File;
import com.github.stephenc.javaisotools.iso9660.ISO9660RootDirectory;
import com.github.stephenc.javaisotools.iso9660.StandardConfig;
import com.github.stephenc.javaisotools.iso9660.impl.CreateISO;
import com.github.stephenc.javaisotools.iso9660.impl.ISO9660Config;
import com.github.stephenc.javaisotools.joliet.impl.JolietConfig;
import com.github.stephenc.javaisotools.rockridge.impl.RockRidgeConfig;
import com.github.stephenc.javaisotools.sabre.HandlerException;
import com.github.stephenc.javaisotools.sabre.impl.ByteArrayDataReference;
import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Map;

/** A CD with a few small text files, made in memory: what is on it is secret, and is on no disk before it is asked for. */
final class Iso9660 {

    private Iso9660() {}

    /**
     * Makes the image.
     *
     * @param label of the volume, by which a guest finds it
     * @param files name and text of each
     */
    static byte[] image(String label, Map<String, String> files, Instant time) {
        try {
            var root = new ISO9660RootDirectory();
            for (var file : files.entrySet()) {
                var text = new ByteArrayDataReference(file.getValue().getBytes(StandardCharsets.UTF_8));
                root.addFile(new ISO9660File(text, file.getKey(), time.toEpochMilli()));
            }
            var image = new IsoBuffer();
            new CreateISO(image, root).process(plain(label, time), rockRidge(), joliet(label, time), null);
            return image.bytes();
        } catch (HandlerException | ConfigException | FileNotFoundException e) {
            throw new IllegalStateException(label, e);
        }
    }

    private static ISO9660Config plain(String label, Instant time) throws ConfigException {
        var config = new ISO9660Config();
        config.setInterchangeLevel(2);
        // There are no small letters here; Joliet has the label as it is, and is what Linux looks at.
        config.setVolumeID(label.toUpperCase(Locale.ROOT));
        times(config, time);
        return config;
    }

    private static JolietConfig joliet(String label, Instant time) throws ConfigException {
        var config = new JolietConfig();
        config.setVolumeID(label);
        times(config, time);
        return config;
    }

    /** The time of the volume is what tells a changed disk from the one before: udev shows it as its UUID. */
    private static void times(StandardConfig config, Instant time) {
        config.setCreateDate(Date.from(time));
        config.setModDate(Date.from(time));
    }

    private static RockRidgeConfig rockRidge() {
        var config = new RockRidgeConfig();
        config.setMkisofsCompatibility(false);
        config.hideMovedDirectoriesStore(true);
        config.forcePortableFilenameCharacterSet(true);
        return config;
    }
}
