package dev.clusterbox.agent.systemd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a unit asks to be enabled. Where it asks for links from targets only, making them here does what {@code systemctl
 * enable} does, without that program's reload of the whole manager.
 *
 * @param folders such as {@code multi-user.target.wants}
 * @param isPlain whether there is nothing beyond those, no alias, no template, no other unit
 */
public record InstallSection(List<String> folders, boolean isPlain) {

    private static final Pattern TARGET = Pattern.compile("[A-Za-z0-9_-]+\\.(target|service)");

    static InstallSection parse(String unitFile) {
        var folders = new ArrayList<String>();
        boolean plain = true;
        boolean ours = false;
        for (var raw : unitFile.lines().toList()) {
            var line = raw.strip();
            if (line.startsWith("[")) {
                ours = line.equals("[Install]");
                continue;
            }
            int equals = line.indexOf('=');
            if (!ours || equals < 0 || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            var suffix = switch (line.substring(0, equals).strip()) {
                case "WantedBy" -> ".wants";
                case "RequiredBy" -> ".requires";
                default -> "";
            };
            for (var target : line.substring(equals + 1).strip().split("\\s+", -1)) {
                plain &= !suffix.isEmpty() && TARGET.matcher(target).matches();
                folders.add(target + suffix);
            }
        }
        return new InstallSection(List.copyOf(folders), plain);
    }

    public static InstallSection of(Path unitFile) throws IOException {
        return Files.isRegularFile(unitFile) ? parse(Files.readString(unitFile)) : new InstallSection(List.of(), true);
    }

    /** Whether the links of targets are all there; an alias is not looked for. */
    public boolean isDone(Path units, String unit) {
        return folders.stream()
                .filter(folder -> folder.endsWith(".wants") || folder.endsWith(".requires"))
                .allMatch(folder -> Files.exists(units.resolve(folder).resolve(unit), LinkOption.NOFOLLOW_LINKS));
    }

    public void make(Path units, String unit, Path unitFile) throws IOException {
        for (var folder : folders) {
            var link = units.resolve(folder).resolve(unit);
            Files.createDirectories(link.getParent());
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, unitFile);
        }
    }
}
