package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What is in a bundle: its first member, as lines of words.
 *
 * @param kubernetes the minor version
 * @param architecture as publishers call it
 * @param lacking images that nodes pull and no archive in it brings
 */
@Serdeable
public record Bundle(
        String kubernetes, String architecture, List<Artifact> artifacts, List<Image> images, List<String> lacking) {

    /**
     * @param version of the download that it is from
     * @param published whether it is not known to be another one than what is published
     */
    @Serdeable
    public record Artifact(String name, String version, String sha256, long size, boolean published) {}

    /** An archive of images. */
    @Serdeable
    public record Image(String file, String sha256, long size) {}

    private static final String FIRST = "clusterbox bundle 1";
    private static final Pattern LINE = Pattern.compile("kubernetes (?<kubernetes>[0-9]{1,3}\\.[0-9]{1,3})"
            + "|architecture (?<architecture>[a-z0-9_]{1,20})"
            + "|artifact (?<name>[a-z][a-z0-9.-]{0,62}) (?<version>[A-Za-z0-9.+-]{1,40}) (?<sum>[0-9a-f]{64})"
            + " (?<size>[0-9]{1,12}) (?<kind>published|other)"
            + "|image (?<file>[A-Za-z0-9][A-Za-z0-9._-]{0,100}) (?<imagesum>[0-9a-f]{64}) (?<imagesize>[0-9]{1,12})"
            + "|lacks (?<lacks>[a-z0-9][A-Za-z0-9._:/-]{0,200})");

    /** @throws dev.clusterbox.problem.ProblemException if it is not such a text to the last word */
    public static Bundle parse(String text) {
        var lines = text.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST)) {
            throw refused("it is no bundle, or one of another version of Clusterbox");
        }
        String kubernetes = "";
        String architecture = "";
        var artifacts = new ArrayList<Artifact>();
        var images = new ArrayList<Image>();
        var lacking = new ArrayList<String>();
        for (var line : lines.subList(1, lines.size())) {
            var match = LINE.matcher(line);
            if (!match.matches()) {
                throw refused("its list has a line that is none: '%s'"
                        .formatted(line.length() > 60 ? line.substring(0, 60) + "…" : line));
            }
            if (match.group("kubernetes") != null) {
                kubernetes = match.group("kubernetes");
            } else if (match.group("architecture") != null) {
                architecture = match.group("architecture");
            } else if (match.group("name") != null) {
                artifacts.add(new Artifact(
                        match.group("name"),
                        match.group("version"),
                        match.group("sum"),
                        Long.parseLong(match.group("size")),
                        match.group("kind").equals("published")));
            } else if (match.group("file") != null) {
                images.add(new Image(
                        match.group("file"), match.group("imagesum"), Long.parseLong(match.group("imagesize"))));
            } else {
                lacking.add(match.group("lacks"));
            }
        }
        return new Bundle(kubernetes, architecture, List.copyOf(artifacts), List.copyOf(images), List.copyOf(lacking));
    }

    /** As {@link #parse} reads it. */
    public String manifest() {
        var text = new StringBuilder("%s\nkubernetes %s\narchitecture %s\n".formatted(FIRST, kubernetes, architecture));
        artifacts.forEach(artifact -> text.append("artifact %s %s %s %d %s\n"
                .formatted(
                        artifact.name,
                        artifact.version,
                        artifact.sha256,
                        artifact.size,
                        artifact.published ? "published" : "other")));
        images.forEach(image -> text.append("image %s %s %d\n".formatted(image.file, image.sha256, image.size)));
        lacking.forEach(reference -> text.append("lacks %s\n".formatted(reference)));
        return text.toString();
    }

    /** For a terminal. */
    String text() {
        var text = new StringBuilder(
                "Kubernetes %s for %s: %d binaries, %d archives of images, %d MiB\n"
                        .formatted(kubernetes, architecture, artifacts.size(), images.size(), bytes() >> 20));
        artifacts.forEach(artifact -> text.append("  %-24s %-8s %d MiB%s\n"
                .formatted(
                        artifact.name,
                        artifact.version,
                        artifact.size >> 20,
                        artifact.published ? "" : "  (not the published one)")));
        images.forEach(image -> text.append("  images/%s %d MiB\n".formatted(image.file, image.size >> 20)));
        lacking.forEach(reference -> text.append("  not in it: the image %s\n".formatted(reference)));
        return text.toString();
    }

    private long bytes() {
        return artifacts.stream().mapToLong(Artifact::size).sum()
                + images.stream().mapToLong(Image::size).sum();
    }

    private static RuntimeException refused(String why) {
        return Problem.invalid("the bundle cannot be used: " + why, "get it anew").asException();
    }
}
