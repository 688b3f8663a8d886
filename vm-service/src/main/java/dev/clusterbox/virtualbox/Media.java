package dev.clusterbox.virtualbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The disks that VirtualBox knows, as {@code list hdds} tells them.
 *
 * @param parent of a difference; {@code base} otherwise
 */
record Media(String uuid, String parent, String location) {

    static List<Media> parse(String listed) {
        var media = new ArrayList<Media>();
        for (var paragraph : listed.split("\\R\\s*\\R", -1)) {
            Map<String, String> fields = new HashMap<>();
            paragraph
                    .lines()
                    .map(line -> line.split(":", 2))
                    .filter(pair -> pair.length == 2)
                    .forEach(pair -> fields.put(pair[0].strip(), pair[1].strip()));
            if (fields.containsKey("UUID") && fields.containsKey("Location")) {
                media.add(new Media(
                        fields.get("UUID"), fields.getOrDefault("Parent UUID", "base"), fields.get("Location")));
            }
        }
        return media;
    }
}
