package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.base.BaseImages;
import dev.clusterbox.base.BaseSource;
import dev.clusterbox.base.SmallDisks;
import dev.clusterbox.image.Image;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.virtualbox.Templates.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but what happens inside the guest, with the real VBoxManage. The guest is a disk that has nothing to run. */
final class BakedImagesTest {

    private static final byte[] CONTENT = SmallDisks.content(4);

    @TempDir
    Path scratch;

    private RealVirtualBox box;
    private VBoxManage manage;
    private Guest guest;
    private Path folder;
    private Path base;

    @BeforeEach
    void start() throws IOException {
        box = RealVirtualBox.start(scratch.resolve("virtualbox"));
        manage = box.manage();
        guest = new Guest();
        folder = box.folder().resolve("ours");
        base = Files.write(scratch.resolve("base.raw"), CONTENT);
    }

    @AfterEach
    void stop() throws IOException {
        if (box != null) {
            box.close();
        }
    }

    /** What would be done inside: the machine is turned off from outside, as it would do itself. */
    private final class Guest implements Baking {

        private String content = "agent 1";
        private int sessions;
        private Consumer<Integer> happening = _ -> {};

        @Override
        public String key() {
            return content;
        }

        @Override
        public Session begin() {
            sessions++;
            return new Session() {

                @Override
                public byte[] seed() {
                    return new byte[64 << 10];
                }

                @Override
                public void run(int port, Consumer<String> say) throws InterruptedException {
                    happening.accept(port);
                    var name = only(folder.resolve("images"), ImageMachines.PREFIX);
                    assertTrue(manage.run("showvminfo", name, "--machinereadable")
                            .contains("Forwarding(0)=\"ssh,tcp,127.0.0.1,%d,,22\"".formatted(port)));
                    assertTrue(
                            Files.exists(folder.resolve("images").resolve(name).resolve("seed.iso")));
                    manage.run("controlvm", name, "poweroff");
                }
            };
        }
    }

    /** Of those that run. */
    private String only(Path place, String prefix) throws InterruptedException {
        var running = manage.run("list", "runningvms").lines().toList();
        assertEquals(1, running.size(), "" + running);
        var name = running.getFirst().split("\"", -1)[1];
        assertTrue(name.startsWith(prefix) && Files.isDirectory(place.resolve(name)), name);
        return name;
    }

    private BakedImages images() {
        return new BakedImages(
                box.host(),
                new ImageMachines(box.host(), manage, new Places(box.host(), Optional.of(folder.toString()), "test")),
                new BaseImages(scratch.resolve("bases"), Duration.ofSeconds(5)),
                architecture -> BaseSource.parse(base.toString(), "", architecture),
                guest);
    }

    private static Image awaited(BakedImages images) throws InterruptedException {
        var image = images.prepare();
        while (image.state() == State.BUILDING) {
            Thread.sleep(50);
            image = images.image();
        }
        return image;
    }

    private static Image ready(BakedImages images) throws InterruptedException {
        var image = awaited(images);
        assertEquals(State.READY, image.state(), "" + image);
        return image;
    }

    private List<String> machines() throws InterruptedException {
        return manage.run("list", "vms").lines().toList();
    }

    private void cloneOf(Template template) throws InterruptedException {
        manage.run(
                "clonevm",
                template.machine(),
                "--snapshot",
                template.snapshot(),
                "--options",
                "link",
                "--name",
                "demo-node-1",
                "--basefolder",
                folder.resolve("machines").toString(),
                "--register");
    }

    private List<String> kept() throws IOException {
        try (var files = Files.list(folder.resolve("images"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void a_base_is_baked_once_and_is_then_a_machine_that_can_be_cloned() throws Exception {
        assertEquals(State.ABSENT, images().image().state());

        var images = images();
        var image = ready(images);
        var template = images.current().orElseThrow();

        assertEquals(image.id(), template.id());
        var info = manage.run("showvminfo", template.machine(), "--machinereadable");
        assertFalse(info.contains("Forwarding("), info);
        assertTrue(info.contains("\"SATA-1-0\"=\"emptydrive\""), info);
        assertFalse(manage.run("list", "dvds").contains("seed.iso"));
        assertFalse(Files.exists(
                folder.resolve("images").resolve(template.machine()).resolve("seed.iso")));
        assertTrue(manage.run("list", "hdds").contains("Capacity:       40960 MBytes"));

        assertEquals(State.READY, images().prepare().state(), "another service finds it");
        assertEquals(1, guest.sessions);
        cloneOf(template);
        assertEquals(List.of("demo-node-1"), images.images().getFirst().machines());
    }

    @Test
    void what_was_on_the_base_is_on_the_disk_and_the_rest_is_empty() throws Exception {
        ready(images());

        var name = machines().getFirst().split("\"", -1)[1];
        var disk = folder.resolve("images").resolve(name).resolve("disk.vdi");
        assertArrayEquals(Arrays.copyOf(CONTENT, 6 << 20), SmallDisks.unpacked(disk, 6));
        assertTrue(Files.size(disk) < 8 << 20, "it has only what is on it: " + Files.size(disk));
    }

    @Test
    void a_disk_that_virtualbox_knows_as_somebodys_can_be_the_base_and_stays_as_it_is() throws Exception {
        base = box.folder().resolve("theirs/disk.vdi");
        manage.run("createmedium", "disk", "--filename", base.toString(), "--size", "4");
        var known = manage.run("list", "hdds");
        var content = Files.readAllBytes(base);

        ready(images());

        assertArrayEquals(content, Files.readAllBytes(base));
        var now = manage.run("list", "hdds");
        assertTrue(now.startsWith(known.strip()), now);
        assertFalse(now.contains("/images/base-"), "the copy is not registered any more: " + now);
    }

    @Test
    void other_content_makes_another_image_and_unneeded_ones_are_pruned_clones_before_parents() throws Exception {
        var first = ready(images());
        var template = images().current().orElseThrow();
        cloneOf(template);
        guest.content = "agent 2";
        var images = images();
        var second = ready(images);

        assertEquals(2, images.images().size());
        assertEquals(List.of(), images.pruneImages(), "a machine needs the first, new machines the second");
        var refused = assertThrows(ProblemException.class, () -> images.deleteImage(String.valueOf(first.id())));
        assertEquals(Code.CONFLICT, refused.problem().code());
        assertTrue(refused.problem().message().contains("demo-node-1"), "" + refused.problem());

        manage.run("unregistervm", "demo-node-1", "--delete");
        assertEquals(
                List.of(first.id()),
                images.pruneImages().stream().map(image -> image.id()).toList());
        images.deleteImage("never-was");
        images.deleteImage(String.valueOf(second.id()));
        assertEquals(List.of(), machines());
        assertEquals("", manage.run("list", "hdds").strip());
        assertEquals(State.ABSENT, images.image().state());
        assertEquals(1, kept().size(), "the base stays for the next image: " + kept());

        Files.write(base, Arrays.copyOf(CONTENT, 8 << 20));
        images.pruneImages();
        assertEquals(List.of(), kept());
    }

    @Test
    void what_a_killed_service_left_is_removed_by_the_next_attempt() throws Exception {
        guest.happening = _ -> {
            throw new IllegalStateException("as if killed");
        };
        assertEquals(State.FAILED, awaited(images()).state());
        assertEquals(1, manage.run("list", "runningvms").lines().count(), "it still runs");
        var left = machines();
        Files.createDirectories(folder.resolve("images/clusterbox-image-unknown/Logs"));

        guest.happening = _ -> {};
        guest.content = "agent 2";
        ready(images());

        assertEquals(1, machines().size());
        assertFalse(machines().equals(left));
        assertEquals(2, kept().size(), "the base and the image: " + kept());
    }

    @Test
    void what_fails_inside_is_said_and_leaves_nothing() throws Exception {
        guest.happening = _ -> {
            throw Problem.failed("a package cannot be installed", "look into why")
                    .asException();
        };

        var images = images();
        var image = awaited(images);

        assertEquals(State.FAILED, image.state());
        assertEquals("a package cannot be installed", image.progress());
        assertEquals(List.of(), machines());
        assertEquals("", manage.run("list", "hdds").strip());
        assertEquals("", manage.run("list", "dvds").strip());
        assertEquals(1, kept().size(), "the base: " + kept());
        assertTrue(images.current().isEmpty());

        guest.happening = _ -> {};
        ready(images);
    }

    @Test
    void content_that_changes_while_it_is_baked_makes_no_image() throws Exception {
        guest.happening = _ -> guest.content = "agent 2";

        var images = images();
        var image = awaited(images);

        assertEquals(State.FAILED, image.state());
        assertTrue(image.progress().contains("has changed while it was baked"), image.progress());
        assertEquals(List.of(), machines());

        guest.happening = _ -> {};
        ready(images);
    }

    @Test
    void somebody_elses_machine_of_that_name_is_left_alone() throws Exception {
        var id = ready(images()).id();
        images().deleteImage(String.valueOf(id));
        manage.run(
                "createvm",
                "--name",
                ImageMachines.PREFIX + id,
                "--basefolder",
                box.folder().resolve("theirs").toString(),
                "--register");

        var image = awaited(images());

        assertEquals(State.FAILED, image.state());
        assertTrue(image.progress().contains("was not made here"), image.progress());
        assertEquals(1, machines().size());
    }

    @Test
    void nothing_is_removed_while_an_image_is_baked() throws Exception {
        var images = images();
        var goOn = new CountDownLatch(1);
        guest.happening = _ -> {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        images.prepare();
        while (manage.run("list", "runningvms").isBlank()) {
            Thread.sleep(50);
        }
        try {
            var refused = assertThrows(ProblemException.class, images::pruneImages);
            assertEquals(Code.CONFLICT, refused.problem().code());
        } finally {
            goOn.countDown();
        }

        ready(images);
    }
}
