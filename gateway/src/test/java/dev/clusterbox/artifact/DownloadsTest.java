package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fetch.EnvironmentProxies;
import dev.clusterbox.fetch.Publisher;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.parallel.Parallel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers do to a download. */
final class DownloadsTest {

    @TempDir
    private Path temporary;

    private final Publisher publisher = Workbench.publisher();
    private Workbench bench;

    @BeforeEach
    void begin() {
        bench = new Workbench(temporary.resolve("state"), publisher.url(), "");
    }

    @AfterEach
    void end() {
        publisher.close();
    }

    private void nothingIsKept() {
        assertEquals(List.of(), bench.store.files());
        assertEquals(List.of(), bench.leftovers());
    }

    @Test
    void everything_is_fetched_checked_unpacked_and_the_second_time_nobody_is_asked() {
        var artifacts = bench.stage(Workbench.ALL.toArray(String[]::new));

        assertArrayEquals(Workbench.KUBELET, bench.stored(artifacts.binaries(), "kubelet"));
        assertArrayEquals(Workbench.PROXY, bench.stored(artifacts.binaries(), "kube-proxy"));
        assertArrayEquals(Workbench.RUNC, bench.stored(artifacts.binaries(), "runc"));
        assertArrayEquals(Workbench.ETCD, bench.stored(artifacts.binaries(), "etcd"));
        assertArrayEquals(Workbench.ETCDCTL, bench.stored(artifacts.binaries(), "etcdctl"));
        assertEquals(Set.of(), artifacts.packaged());
        assertEquals(List.of(), bench.leftovers());
        assertEquals("5 binaries, 0 images", bench.said.getLast());
        assertEquals(5, publisher.gets().size(), "the archive once, and one checksum file");

        int asked = publisher.requests().size();
        var again = new Workbench(bench.state, publisher.url(), "").stage(Workbench.ALL.toArray(String[]::new));
        assertEquals(artifacts, again);
        assertEquals(asked, publisher.requests().size());
    }

    @Test
    void a_connection_that_breaks_off_is_gone_on_with_where_it_was() {
        publisher.answersOnce(Workbench.KUBELET_PATH, Publisher.breakingOffAfter(100_000));

        var artifacts = bench.stage("kubelet");

        assertArrayEquals(Workbench.KUBELET, bench.stored(artifacts.binaries(), "kubelet"));
        assertEquals(2, publisher.gets().size());
        assertTrue(publisher.gets().getLast().matches("GET .*kubelet bytes=[1-9][0-9]*-"), "" + publisher.gets());
    }

    @Test
    void what_a_stopped_gateway_had_is_gone_on_with_by_the_next() throws IOException {
        publisher.answers(Workbench.KUBELET_PATH, Publisher.breakingOffAfter(100_000));
        bench.refused("kubelet");
        assertEquals(2, bench.leftovers().size(), "the part, and what tells whether it is still the same");
        assertEquals(List.of(), bench.store.files());
        publisher.close();

        try (var other = Workbench.publisher()) {
            var next = new Workbench(bench.state, other.url(), "");
            rename(next, other);
            next.stage("kubelet");
            assertTrue(other.gets().getFirst().matches("GET .*kubelet bytes=[1-9][0-9]*-"), "" + other.gets());
        }
    }

    /** The address of the other server is another one, and so the file would be. */
    private void rename(Workbench next, Publisher other) throws IOException {
        var here = Downloads.part(
                java.net.URI.create(publisher.url() + Workbench.KUBELET_PATH), Workbench.sha256(Workbench.KUBELET));
        var there = Downloads.part(
                java.net.URI.create(other.url() + Workbench.KUBELET_PATH), Workbench.sha256(Workbench.KUBELET));
        for (var kind : List.of(".part", ".validator")) {
            var incoming = next.state.resolve("incoming");
            Files.move(incoming.resolve(here + kind), incoming.resolve(there + kind));
        }
    }

    @Test
    void a_server_without_ranges_is_asked_for_the_whole() {
        publisher.forgetsRanges();
        publisher.answersOnce(Workbench.KUBELET_PATH, Publisher.breakingOffAfter(100_000));

        var artifacts = bench.stage("kubelet");

        assertArrayEquals(Workbench.KUBELET, bench.stored(artifacts.binaries(), "kubelet"));
        assertEquals(2, publisher.gets().size());
    }

    @Test
    void a_file_that_has_changed_meanwhile_is_begun_anew() {
        publisher.answersOnce(Workbench.KUBELET_PATH, (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", "\"of another file\"");
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(new byte[1000]);
            exchange.getResponseBody().flush();
        });

        var artifacts = bench.stage("kubelet");

        assertArrayEquals(Workbench.KUBELET, bench.stored(artifacts.binaries(), "kubelet"));
        assertTrue(publisher.gets().getLast().contains("bytes=1000-"), "" + publisher.gets());
    }

    @Test
    void a_part_that_is_longer_than_the_file_and_a_range_that_was_not_asked_for_are_begun_anew() {
        publisher.answersOnce(Workbench.KUBELET_PATH, (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", Publisher.tag(content));
            exchange.sendResponseHeaders(200, content.length + 9L);
            exchange.getResponseBody().write(content);
            exchange.getResponseBody().flush();
        });
        var artifacts = bench.stage("kubelet");
        assertArrayEquals(Workbench.KUBELET, bench.stored(artifacts.binaries(), "kubelet"));

        publisher.answersOnce(Workbench.RUNC_PATH, (exchange, content) -> {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes 0-%d/%d".formatted(content.length, content.length));
            exchange.sendResponseHeaders(206, content.length);
            exchange.getResponseBody().write(content);
        });
        assertEquals(1, bench.stage("runc").binaries().size());
    }

    @Test
    void a_wrong_checksum_is_refused_with_both_and_nothing_is_kept() {
        publisher.has(Workbench.KUBELET_PATH, Workbench.RUNC);

        assertEquals(
                "%s%s has the checksum %s, published is %s (it was thrown away; see whether a proxy or the mirror changes it, then try again)"
                        .formatted(
                                publisher.url(),
                                Workbench.KUBELET_PATH,
                                Workbench.sha256(Workbench.RUNC),
                                Workbench.sha256(Workbench.KUBELET)),
                bench.refused("kubelet"));
        nothingIsKept();

        publisher.has(Workbench.ETCD_PATH, Workbench.tgz(java.util.Map.of("etcd-v3/etcd", Workbench.RUNC)));
        assertTrue(bench.refused("etcd").contains("published is"), "though there is a package in its place");
        nothingIsKept();
    }

    @Test
    void where_the_checksum_is_not_known_here_the_publishers_file_of_checksums_counts() {
        publisher.has(
                Workbench.PROXY_PATH + ".sha256",
                ("0".repeat(64) + "  kubelet\n" + Workbench.sha256(Workbench.PROXY) + " *dist/kube-proxy\n")
                        .getBytes(StandardCharsets.UTF_8));
        assertEquals(1, bench.stage("kube-proxy").binaries().size());

        var other = new Workbench(temporary.resolve("other"), publisher.url(), "");
        publisher.has(Workbench.PROXY_PATH + ".sha256", "0".repeat(64).getBytes(StandardCharsets.UTF_8));
        assertTrue(other.refused("kube-proxy").contains("published is 0000"));

        publisher.has(Workbench.PROXY_PATH + ".sha256", "<html>".getBytes(StandardCharsets.UTF_8));
        assertTrue(other.refused("kube-proxy").contains("has no checksum of kube-proxy"));
        assertEquals(List.of(), other.store.files());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.2:1/kubelet",
                "file:///etc/passwd",
                "ftp://127.0.0.1/kubelet",
                "https:///",
                "http://["
            })
    void a_redirect_to_anything_but_https_is_refused(String location) {
        publisher.answers(Workbench.KUBELET_PATH, Publisher.redirectingTo(location));

        var problem = bench.refused("kubelet");

        assertTrue(problem.contains("redirects to '%s' (expected: https)".formatted(location)), problem);
        nothingIsKept();
    }

    @Test
    void a_redirect_on_the_same_server_is_followed_but_not_for_ever() {
        publisher.answers(Workbench.KUBELET_PATH, Publisher.redirectingTo("/elsewhere"));
        publisher.has("/elsewhere", Workbench.KUBELET);
        assertEquals(1, bench.stage("kubelet").binaries().size());

        publisher.answers(Workbench.PROXY_PATH, Publisher.redirectingTo(Workbench.PROXY_PATH));
        assertTrue(bench.refused("kube-proxy").contains("more than 5 redirects"));
    }

    @Test
    void a_server_that_falls_silent_is_left_and_gone_on_with() {
        publisher.answersOnce(Workbench.KUBELET_PATH, publisher.stallingAfter(100_000));

        var artifacts = bench.stage("kubelet");

        assertArrayEquals(Workbench.KUBELET, bench.stored(artifacts.binaries(), "kubelet"));
    }

    @Test
    void what_is_not_there_is_said_with_its_address_and_a_package_takes_its_place_where_there_is_one() {
        publisher.answers(Workbench.KUBELET_PATH, Publisher.status(404));
        publisher.answers(Workbench.RUNC_PATH, Publisher.status(404));

        var problem = bench.refused("kubelet", "runc", "kube-proxy");

        assertTrue(problem.startsWith("1 artifact cannot be had: "), problem);
        assertTrue(problem.contains(publisher.url() + Workbench.KUBELET_PATH + " answers 404"), problem);
        assertTrue(problem.contains("kubelet (https://dl.example/v1/kubelet)"), problem);
        assertEquals(Set.of("runc"), bench.stage("runc", "kube-proxy").packaged());
        assertEquals(
                1,
                publisher.gets().stream()
                        .filter(line -> line.endsWith("kube-proxy"))
                        .count(),
                "kept meanwhile");
    }

    @Test
    void a_server_in_trouble_is_asked_three_times() {
        publisher.answers(Workbench.KUBELET_PATH, Publisher.status(503));

        assertTrue(bench.refused("kubelet").contains("answers 503"));
        assertEquals(3, publisher.gets().size());
    }

    @Test
    void two_that_want_the_same_fetch_it_once() throws InterruptedException {
        Parallel.each(
                List.of(1, 2, 3, 4),
                i -> bench.staging.stage(Clusters.tutorial(), "1.36", List.of("etcd", "etcdctl"), message -> {}));

        assertEquals(1, publisher.gets().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://mirror",
                "mirror.example",
                "https://user:secret@mirror/",
                "https://mirror/?x=y",
                "https:///x"
            })
    void a_mirror_that_cannot_be_one_is_refused(String mirror) {
        assertThrows(IllegalArgumentException.class, () -> new Origins(mirror, true));
    }

    @Test
    void a_mirror_has_a_folder_for_each_host_and_goes_before_the_publisher() {
        var url = Workbench.artifact("kubelet").download().url();

        assertEquals(
                List.of("https://mirror.example/a/dl.example/v1/kubelet", "https://dl.example/v1/kubelet"),
                new Origins("https://mirror.example/a", true)
                        .of(url).stream().map(Object::toString).toList());
        assertEquals(List.of(), new Origins("", false).of(url));
    }

    @Test
    void progress_is_in_megabytes_and_artifacts() {
        var said = new java.util.ArrayList<String>();
        var meter = new Meter(14, said::add);
        var download = Workbench.artifact("kubelet").download();
        meter.expects(download, 560_000_000);
        meter.holds(download, 412_000_000);
        meter.holds(download, 413_000_000);

        assertEquals(List.of("412 of 560 MB, 0 of 14 artifacts"), said, "at most once a second");
    }

    @Test
    void proxies_are_those_of_the_environment_but_for_the_hosts_that_are_named() {
        var proxies = EnvironmentProxies.find(
                        java.util.Map.of("https_proxy", "http://proxy.example:3128", "NO_PROXY", "dl.example, .local"))
                .orElseThrow();

        assertEquals("[HTTP @ proxy.example/<unresolved>:3128]", proxy(proxies, "https://git.example/x"));
        assertEquals("[DIRECT]", proxy(proxies, "https://dl.example/x"));
        assertEquals("[DIRECT]", proxy(proxies, "https://mirror.local/x"));
        assertEquals("[DIRECT]", proxy(proxies, "http://git.example/x"));
        assertTrue(EnvironmentProxies.find(java.util.Map.of()).isEmpty());
    }

    private static String proxy(java.net.ProxySelector proxies, String uri) {
        return Arrays.toString(proxies.select(java.net.URI.create(uri)).toArray());
    }
}
