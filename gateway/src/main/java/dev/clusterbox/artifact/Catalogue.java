package dev.clusterbox.artifact;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the binaries of a release come from, on one architecture.
 *
 * @param images name ("pause") to reference: what nodes pull where no archive brings it
 */
record Catalogue(String line, List<Download> downloads, Map<String, String> images) {

    /**
     * A file that somebody publishes.
     *
     * @param sha256 as published; empty where that could not be confirmed
     * @param checksums the publisher's file of checksums, where the sum is not known here
     * @param contents name of the artifact to its name in the archive; empty where the file is the artifact
     * @param packaged whether the distribution's packages have a substitute
     * @param optional whether a cluster works without
     */
    record Download(
            String version,
            URI url,
            Optional<String> sha256,
            Optional<URI> checksums,
            Map<String, Optional<String>> contents,
            boolean packaged,
            boolean optional) {

        /** What the publisher calls the file. */
        String fileName() {
            return url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
        }

        /** Whether a cluster comes up without it. */
        boolean dispensable() {
            return packaged || optional;
        }
    }

    /** An artifact's place in the catalogue. */
    record Artifact(String name, Download download) {

        /** Its name in the archive; empty where the file is the artifact. */
        Optional<String> member() {
            return download.contents.getOrDefault(name, Optional.empty());
        }
    }

    List<Artifact> artifacts() {
        return downloads.stream()
                .flatMap(download -> download.contents.keySet().stream().map(name -> new Artifact(name, download)))
                .toList();
    }

    Artifact artifact(String name) {
        return artifacts().stream()
                .filter(artifact -> artifact.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "release %s wants '%s', which its catalogue does not have".formatted(line, name)));
    }
}
