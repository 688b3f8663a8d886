package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Download;
import dev.clusterbox.fetch.ChecksumList;
import dev.clusterbox.fetch.Http;
import dev.clusterbox.fetch.Transfer;
import dev.clusterbox.fetch.Unavailable;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches what is published, and lets nothing through whose checksum is not the published one. */
@Singleton
final class Downloads {

    private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);

    /** A complete file; it is the caller's now. */
    record Fetched(Path path, String sha256, URI from) {}

    private final Origins origins;
    private final ArtifactStore store;
    private final Duration silence;

    /** @param silence how long a server may send nothing in the middle of a file */
    Downloads(Origins origins, ArtifactStore store, @Value("${clusterbox.downloads.silence:30s}") Duration silence) {
        this.origins = origins;
        this.store = store;
        this.silence = silence;
    }

    /** Asks for the size of each, so that progress has an end. */
    void measure(List<Download> downloads, Watch watch) throws InterruptedException {
        Parallel.each(ArtifactStore.AT_ONCE, downloads, download -> {
            for (var uri : origins.of(download.url())) {
                long size = origins.size(uri);
                if (size > 0) {
                    watch.expects(download, size);
                    break;
                }
            }
            return download;
        });
    }

    Fetched fetch(Download download, Watch watch) throws Unavailable, InterruptedException {
        var expected = expected(download);
        var reasons = new ArrayList<String>();
        for (var uri : origins.of(download.url())) {
            try {
                var transfer = new Transfer(
                        origins::get, store.incoming(), part(uri, expected), uri, silence, ArtifactStore.LARGEST);
                var path = transfer.complete(
                        bytes -> watch.expects(download, bytes), bytes -> watch.holds(download, bytes));
                var sha256 = Sha256.of(path);
                if (!sha256.equals(expected)) {
                    transfer.discard();
                    throw Problem.failed(
                                    "%s has the checksum %s, published is %s".formatted(uri, sha256, expected),
                                    "it was thrown away; see whether a proxy or the mirror changes it, then try again")
                            .asException();
                }
                return new Fetched(path, sha256, uri);
            } catch (Unavailable e) {
                LOG.info("{}: {}", uri, e.getMessage());
                reasons.add(e.getMessage());
            } catch (IOException e) {
                throw ArtifactStore.failed("cannot keep " + uri, e);
            }
        }
        throw new Unavailable(reasons.isEmpty() ? "nobody is asked for it" : String.join("; ", reasons));
    }

    static String part(URI uri, String expected) {
        return Sha256.of(uri + " " + expected).substring(0, 32);
    }

    private String expected(Download download) throws Unavailable, InterruptedException {
        if (download.sha256().isPresent()) {
            return download.sha256().get();
        }
        var reason = "nobody is asked for its checksum";
        for (var uri : origins.of(download.checksums().orElseThrow())) {
            try {
                return listed(origins.text(uri), download.fileName(), uri);
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                reason = Http.said(uri, e);
            }
        }
        throw new Unavailable(reason);
    }

    private static String listed(String text, String fileName, URI uri) throws Unavailable {
        return ChecksumList.find(text, fileName, ArtifactStore.SHA256.pattern())
                .orElseThrow(() -> new Unavailable("%s has no checksum of %s".formatted(uri, fileName)));
    }

    /** What was begun and not gone on with for this long is thrown away. */
    void forgetOld(Instant before) throws IOException {
        try (var files = Files.list(store.incoming())) {
            for (var file : files.toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
