package dev.clusterbox.base;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.base.BaseSource.Local;
import dev.clusterbox.base.BaseSource.Published;
import dev.clusterbox.fetch.Publisher;
import dev.clusterbox.host.Command;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BaseImagesTest {

    private static final byte[] CONTENT = SmallDisks.content(8);
    private static final long SIZE = 12L << 20;
    private static final String PATH = "/images/base.qcow2";

    @TempDir
    Path temporary;

    private Publisher publisher;
    private BaseImages images;
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void start() {
        publisher = new Publisher();
        images = new BaseImages(temporary.resolve("bases"), Duration.ofMillis(500));
    }

    @AfterEach
    void stop() {
        publisher.close();
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(temporary.resolve("given.img"), content);
    }

    private byte[] disk(byte[] file) throws IOException, InterruptedException {
        var disk = images.disk(new Local(file(file), Optional.empty()), SIZE, said::add);
        assertTrue(disk.ready());
        return SmallDisks.unpacked(disk.file(), (int) (SIZE >> 20));
    }

    private Published published(byte[] file, boolean listed) throws IOException {
        publisher.has(PATH, file);
        var sum = Checksum.of("SHA-512", file(file));
        return new Published(URI.create(publisher.url() + PATH), sum, listed);
    }

    private String refused(BaseSource source) {
        return assertThrows(ProblemException.class, () -> images.disk(source, SIZE, said::add))
                .problem()
                .toString();
    }

    @Test
    void raw_and_qcow2_and_what_gzip_made_of_them_become_a_disk_that_is_larger_and_has_only_what_is_on_it()
            throws Exception {
        var expected = Arrays.copyOf(CONTENT, (int) SIZE);
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write(CONTENT);
        }

        assertArrayEquals(expected, disk(CONTENT));
        assertArrayEquals(expected, disk(SmallDisks.qcow2(CONTENT, false)));
        assertArrayEquals(expected, disk(SmallDisks.qcow2(CONTENT, true)));
        assertArrayEquals(expected, disk(zipped.toByteArray()));
        assertTrue(said.contains("converting the base image: 8 of 8 MB"), "" + said);
    }

    @Test
    void an_ova_gives_its_only_disk_which_virtualbox_converts() throws Exception {
        var vmdk = "KDMV and more";
        var ova = file(SmallDisks.archive("box.ovf", "<x/>", "../../box-disk001.vmdk", vmdk, "box.mf", "SHA256"));

        var disk = images.disk(new Local(ova, Optional.empty()), SIZE, said::add);

        assertFalse(disk.ready());
        assertEquals(vmdk, Files.readString(disk.file()));
        images.release();
        assertFalse(Files.exists(disk.file()));
        assertTrue(Files.exists(ova), "which is not ours");
    }

    @Test
    void an_ova_with_two_disks_or_none_is_refused() throws Exception {
        assertTrue(refused(new Local(file(SmallDisks.archive("a.vmdk", "KDMV", "b.vmdk", "KDMV")), Optional.empty()))
                .contains("more than one disk"));
        assertTrue(refused(new Local(file(SmallDisks.archive("a.ovf", "<x/>")), Optional.empty()))
                .contains("no VMDK in it"));
    }

    @Test
    void what_is_no_disk_is_refused_with_what_to_do() throws Exception {
        var noBootSector = CONTENT.clone();
        noBootSector[510] = 0;
        var difference = SmallDisks.qcow2(CONTENT, false);
        difference[15] = 1;
        var truncated = Arrays.copyOf(SmallDisks.qcow2(CONTENT, true), 4 << 16);

        assertTrue(refused(new Local(file(noBootSector), Optional.empty())).contains("no disk that boots"));
        assertTrue(refused(new Local(file(new byte[] {(byte) 0xfd, 0x37, 0x7a, 0x58}), Optional.empty()))
                .contains("unpack it first"));
        assertTrue(refused(new Local(
                        file("# Disk DescriptorFile\nRW 1 FLAT \"/dev/sda\"".getBytes(StandardCharsets.US_ASCII)),
                        Optional.empty()))
                .contains("in several files"));
        assertTrue(refused(new Local(file(difference), Optional.empty())).contains("a difference to another file"));
        assertTrue(refused(new Local(file(truncated), Optional.empty())).contains("cannot be prepared"));
        assertTrue(refused(new Local(temporary.resolve("none"), Optional.of(Checksum.of("x"))))
                .contains("cannot be read"));
    }

    @Test
    void what_is_published_is_fetched_once_and_begun_downloads_are_gone_on_with() throws Exception {
        var file = SmallDisks.qcow2(CONTENT, true);
        var source = published(file, false);
        publisher.answersOnce(PATH, Publisher.breakingOffAfter(200_000));

        var disk = images.disk(source, SIZE, said::add);

        assertArrayEquals(Arrays.copyOf(CONTENT, (int) SIZE), SmallDisks.unpacked(disk.file(), (int) (SIZE >> 20)));
        assertEquals(2, publisher.gets().size());
        assertTrue(publisher.gets().getLast().matches("GET .* bytes=[1-9][0-9]*-"), "" + publisher.gets());
        assertTrue(said.getFirst().matches("fetching base.qcow2: 0 of [0-9]+ MB"), "" + said);

        new BaseImages(temporary.resolve("bases"), Duration.ofMillis(500)).disk(source, SIZE, said::add);
        assertEquals(2, publisher.gets().size());

        images.keepOnly(new Local(file(file), Optional.of(Checksum.of("another"))));
        assertEquals(List.of(), names());
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(temporary.resolve("bases"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void a_download_that_breaks_off_for_good_is_kept_for_the_next_attempt() throws Exception {
        var source = published(SmallDisks.qcow2(CONTENT, true), false);
        publisher.answers(PATH, Publisher.breakingOffAfter(200_000));
        assertTrue(refused(source).contains("ask again: what has come is kept"));
        publisher.answers(PATH, (exchange, content) -> {
            var from = Integer.parseInt(
                    exchange.getRequestHeaders().getFirst("Range").replaceAll("[^0-9]", ""));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
            exchange.sendResponseHeaders(206, content.length - from);
            exchange.getResponseBody().write(content, from, content.length - from);
        });

        assertTrue(images.disk(source, SIZE, said::add).ready());
    }

    @Test
    void a_file_that_changed_during_the_download_is_begun_anew() throws Exception {
        var source = published(SmallDisks.qcow2(CONTENT, true), false);
        publisher.answersOnce(PATH, (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", "\"of another file\"");
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(new byte[1000]);
            exchange.getResponseBody().flush();
        });

        assertTrue(images.disk(source, SIZE, said::add).ready());
    }

    @Test
    void a_wrong_checksum_is_refused_and_nothing_is_kept() throws Exception {
        var source = published(SmallDisks.qcow2(CONTENT, true), false);
        publisher.has(PATH, new byte[5000]);

        assertTrue(refused(source).contains("has the checksum SHA-512"));
        assertEquals(List.of(), names());

        var given = file(CONTENT);
        assertTrue(refused(new Local(given, Optional.of(Checksum.of("x")))).contains("do not use it"));
        assertTrue(Files.exists(given));
    }

    @Test
    void the_publishers_list_must_say_the_same_where_that_is_asked_for() throws Exception {
        var source = published(SmallDisks.qcow2(CONTENT, true), true);
        assertTrue(refused(source).contains("answers 404"));
        publisher.has(
                "/images/SHA512SUMS",
                "%s  other.qcow2\n".formatted("0".repeat(128)).getBytes(StandardCharsets.UTF_8));
        assertTrue(refused(source).contains("has for base.qcow2: nothing"));
        publisher.has(
                "/images/SHA512SUMS",
                "%s  base.qcow2\n".formatted("0".repeat(128)).getBytes(StandardCharsets.UTF_8));
        assertTrue(refused(source).contains("has for base.qcow2: 000"));
        publisher.has(
                "/images/SHA512SUMS",
                "%s  base.qcow2\n".formatted(source.checksum().digits()).getBytes(StandardCharsets.UTF_8));

        assertTrue(images.disk(source, SIZE, said::add).ready());
    }

    @Test
    void what_is_not_there_is_said_with_its_address_and_the_way_round() throws Exception {
        var source = published(CONTENT, false);
        publisher.answers(PATH, Publisher.status(404));

        var problem = refused(source);

        assertTrue(problem.contains(publisher.url() + PATH + " answers 404"), problem);
        assertTrue(problem.contains("set clusterbox.virtualbox.base to the file"), problem);
    }

    @Test
    void a_full_disk_is_said_before_the_download_and_during_it() throws Exception {
        var folder = Files.createDirectory(temporary.resolve("small"));
        var host = new LocalRunner();
        host.run(Command.of("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString()))
                .orFail();
        try {
            images = new BaseImages(folder, Duration.ofMillis(500));
            var random = new byte[3 << 20];
            new java.util.Random(1).nextBytes(random);
            var source = published(random, false);
            assertTrue(refused(source).contains("needs 3 MiB in"), "the server says how much it is");

            publisher.answers(PATH, (exchange, content) -> {
                exchange.sendResponseHeaders(200, 0); // in pieces: nobody knows how much
                exchange.getResponseBody().write(content);
            });
            assertTrue(refused(source).contains("look whether that disk is full"));
        } finally {
            host.run(Command.of("umount", folder.toString())).orFail();
        }
    }

    @Test
    void a_base_has_the_same_key_wherever_it_lies_and_another_when_it_changes() throws Exception {
        var one = Files.write(temporary.resolve("one"), CONTENT);
        var other = Files.write(temporary.resolve("other"), CONTENT);
        var before = images.key(new Local(one, Optional.empty()));

        assertEquals(before, images.key(new Local(other, Optional.empty())));
        Files.write(one, new byte[9]);
        assertFalse(before.equals(images.key(new Local(one, Optional.empty()))));
    }

    @Test
    void without_a_setting_it_is_debian_for_the_hosts_architecture() {
        var amd64 = (Published) BaseSource.parse("", "", "x86_64");
        var arm64 = (Published) BaseSource.parse("", "", "arm64");

        assertTrue(amd64.address().toString().endsWith("/debian-12-generic-amd64-20260806-2562.qcow2"));
        assertTrue(arm64.address().toString().endsWith("/debian-12-generic-arm64-20260806-2562.qcow2"));
        assertEquals(128, amd64.checksum().digits().length());
        assertTrue(assertThrows(ProblemException.class, () -> BaseSource.parse("", "", "riscv64"))
                .problem()
                .message()
                .contains("riscv64"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x/y", "https://user@x/y", "https://", "relative/path", "http://x/y"})
    void a_base_that_cannot_be_one_or_has_no_checksum_is_refused(String base) {
        assertThrows(ProblemException.class, () -> BaseSource.parse(base, "", "x86_64"));
    }
}
