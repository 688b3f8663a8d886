package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Host} promises. */
abstract class HostContract {

    @TempDir
    Path here;

    /** A folder on the host, which the tests may do anything in. */
    private String folder = "";

    protected abstract Host host();

    /** A folder on a disk of 8 MiB of its own. */
    protected abstract String smallDisk();

    @BeforeEach
    void makeFolder() throws Exception {
        folder = sh("mktemp -d").strip();
    }

    @AfterEach
    void removeFolder() throws Exception {
        host().remove(folder);
    }

    private String sh(String script, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("sh", "-euc", script, "sh"));
        command.addAll(List.of(arguments));
        return host().run(Command.of(command)).orFail();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "two  blanks ",
                "it's",
                "''",
                "'; touch /tmp/clusterbox-was-here; '",
                "\"quoted\"",
                "$HOME $(id) ${PATH}",
                "`id`",
                "a\\nb\\",
                "first\nsecond\n",
                "\n",
                "\r\n\t",
                "-rf",
                "--",
                "-",
                "*",
                "~",
                "!!",
                "#no comment",
                "a;b|c&d>e<f",
                "%s%n",
                "{a,b}",
                "A=B",
                "Ünïcödé 日本語 🐚",
                "\u0001\u001b[31m"
            })
    void an_argument_arrives_as_it_is(String argument) throws Exception {
        var hex = sh("for a; do printf '%s' \"$a\" | od -An -v -tx1 | tr -d ' \\n'; echo; done", argument, "last");

        assertEquals(hex(argument) + "\n" + hex("last") + "\n", hex);
        var set = host().run(Command.of("sh", "-c", "printf '%s' \"$VALUE\" | od -An -v -tx1 | tr -d ' \\n'")
                .with(Map.of("VALUE", argument)));
        assertEquals(hex(argument), set.orFail().strip());
        assertFalse(host().exists("/tmp/clusterbox-was-here"));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void an_argument_may_be_long_and_many() throws Exception {
        assertEquals("40000\n", sh("printf '%s\\n' \"${#1}\"", "x'".repeat(20_000)));
        var many = new ArrayList<>(List.of("sh", "-c", "echo $#", "sh"));
        for (int i = 0; i < 2000; i++) {
            many.add("argument " + i);
        }
        assertEquals("2000\n", host().run(Command.of(many)).orFail());
    }

    @Test
    void input_goes_in_and_lines_of_the_standard_error_are_seen_as_they_come() throws Exception {
        var seen = new ArrayList<String>();

        var result = host().run(
                        Command.of("sh", "-c", "cat; echo one >&2; echo two >&2; exit 3")
                                .withInput("text'\"ü"),
                        seen::add);

        assertEquals(3, result.exitCode());
        assertEquals("text'\"ü\n", result.stdout());
        assertEquals("one\ntwo\n", result.stderr());
        assertEquals(List.of("one", "two"), seen);
        assertThrows(ProblemException.class, result::orFail);
    }

    @Test
    void input_that_nobody_reads_hurts_nobody() throws Exception {
        var result = host().run(Command.of("true").withInput("x".repeat(3_000_000)));

        assertEquals(0, result.exitCode());
    }

    @Test
    void a_program_that_a_signal_ends_has_failed() throws Exception {
        assertEquals(128 + 9, host().run(Command.of("sh", "-c", "kill -9 $$")).exitCode());
    }

    @Test
    void a_program_that_is_not_installed_is_named() {
        for (var program : List.of("no-such-program", "/no/such/program", "no such 'program'")) {
            var e = assertThrows(ProblemException.class, () -> host().run(Command.of(program, "x")));

            assertEquals(Code.UNAVAILABLE, e.problem().code());
            assertTrue(e.problem().message().contains(program), e.problem().message());
        }
    }

    @Test
    void what_is_printed_is_kept_up_to_a_limit_and_read_to_the_end() throws Exception {
        var result = host().run(Command.of("sh", "-c", "yes 'a line of some length' | head -c 20000000; echo end >&2"));

        assertEquals("end\n", result.stderr());
        assertTrue(result.stdout().length() <= 1 << 20, "" + result.stdout().length());
        assertTrue(result.stdout().length() > 1 << 19, "" + result.stdout().length());
    }

    @Test
    void what_takes_too_long_is_ended_with_its_children() {
        var marker = "4243." + System.nanoTime();
        var command =
                Command.of("sh", "-c", "sleep \"$1\" & wait", "sh", marker).within(Duration.ofMillis(700));

        var e = assertThrows(ProblemException.class, () -> host().run(command));

        assertEquals(Code.TIMED_OUT, e.problem().code());
        awaitNone(marker);
    }

    @Test
    void who_is_interrupted_leaves_nothing_running() throws Exception {
        var marker = "4244." + System.nanoTime();
        var begun = new CountDownLatch(1);
        var caller = Thread.ofVirtual().start(() -> {
            var command = Command.of("sh", "-c", "echo begun >&2; sleep \"$1\"", "sh", marker);
            assertThrows(InterruptedException.class, () -> host().run(command, _ -> begun.countDown()));
        });
        begun.await();

        caller.interrupt();
        caller.join();

        awaitNone(marker);
    }

    /** Killed is dead a moment later. */
    static void awaitNone(String marker) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (Sshd.runs(marker)) {
            assertTrue(System.nanoTime() < deadline, marker + " still runs");
            Thread.onSpinWait();
        }
    }

    @Test
    void twenty_commands_run_at_once() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<String>>();
            for (int i = 0; i < 20; i++) {
                var number = Integer.toString(i);
                Callable<String> call = () -> sh("sleep 0.1; echo \"$1\"", number);
                all.add(threads.submit(call));
            }
            for (int i = 0; i < 20; i++) {
                assertEquals(i + "\n", all.get(i).get());
            }
        }
    }

    @Test
    void the_home_is_there() throws Exception {
        assertEquals("", sh("test -d \"$1\"", host().home()));
    }

    @Test
    void a_folder_is_for_its_owner_only_and_may_be_made_twice() throws Exception {
        var path = folder + "/one/two 'three'";
        host().makeFolder(path);
        host().makeFolder(path);

        assertEquals("700 700\n", sh("echo $(stat -c %a \"$1\" \"${1%/*}\")", path));
    }

    @Test
    void a_small_file_is_replaced_whole_and_is_for_its_owner_only() throws Exception {
        var path = folder + "/file $(id) 'ü'";
        host().write(path, "old".getBytes(StandardCharsets.UTF_8));
        host().write(path, new byte[] {0, 1, (byte) 200, 10});

        assertEquals("600 000 001 310 012\n", sh("echo $(stat -c %a \"$1\") $(od -An -v -to1 \"$1\")", path));
        assertEquals(List.of("file $(id) 'ü'"), host().list(folder));
    }

    @Test
    void a_link_is_replaced_and_what_it_leads_to_is_left_alone() throws Exception {
        sh("cd \"$1\"; echo mine >target; ln -s target link", folder);

        host().write(folder + "/link", "new".getBytes(StandardCharsets.UTF_8));

        assertEquals("mine new\n", sh("cd \"$1\"; test ! -L link; echo $(cat target link)", folder));
    }

    @Test
    void a_large_file_arrives_with_progress_and_only_once() throws Exception {
        var file = random(3_000_001);
        var to = folder + "/large 'one'";
        var progress = new ArrayList<Long>();

        host().upload(file, to, progress::add);

        assertEquals(3_000_001, progress.getLast());
        assertEquals(progress.stream().sorted().toList(), progress);
        assertTrue(progress.size() > 1);
        assertEquals(
                "600 " + Checksum.of(file) + "\n",
                sh("echo $(stat -c %a \"$1\") $(sha256sum <\"$1\" | head -c 64)", to));
        assertEquals(List.of("large 'one'"), host().list(folder));
        var inode = sh("stat -c %i \"$1\"", to);
        progress.clear();
        host().upload(file, to, progress::add);
        assertEquals(List.of(3_000_001L), progress);
        assertEquals(inode, sh("stat -c %i \"$1\"", to));
    }

    @Test
    void a_file_of_the_same_length_and_other_content_is_replaced() throws Exception {
        var to = folder + "/large";
        host().upload(random(100_000), to, _ -> {});
        var other = random(100_000);
        host().upload(other, to, _ -> {});

        assertEquals(
                Checksum.of(other), sh("sha256sum <\"$1\" | head -c 64", to).strip());
    }

    @Test
    void an_empty_file_arrives_too() throws Exception {
        host().upload(random(0), folder + "/empty", _ -> {});

        assertEquals("0\n", sh("stat -c %s \"$1\"", folder + "/empty"));
    }

    @Test
    void what_is_not_here_is_not_uploaded() {
        assertThrows(ProblemException.class, () -> host().upload(here.resolve("nothing"), folder + "/large", _ -> {}));
    }

    private Path random(int size) throws Exception {
        var content = new byte[size];
        new Random().nextBytes(content);
        return Files.write(Files.createTempFile(here, "random", ""), content);
    }

    @Test
    void a_disk_that_is_full_is_said_and_nothing_is_left_on_it() throws Exception {
        var target = smallDisk() + "/large";
        var file = random(9 << 20);

        var e = assertThrows(ProblemException.class, () -> host().upload(file, target, _ -> {}));
        assertThrows(ProblemException.class, () -> host().write(smallDisk() + "/small", new byte[9 << 20]));

        assertEquals(Code.FAILED, e.problem().code());
        assertEquals(List.of(), host().list(smallDisk()));
        assertTrue(host().freeMiB(smallDisk()) >= 7);
    }

    @Test
    void a_folder_that_is_not_there_is_a_problem_for_who_writes_there() {
        for (var path : List.of(folder + "/nowhere/file", "/proc/version")) {
            assertThrows(ProblemException.class, () -> host().write(path, new byte[1]));
            assertThrows(ProblemException.class, () -> host().upload(random(10), path, _ -> {}));
        }
    }

    @Test
    void what_there_is_is_listed_in_order() throws Exception {
        sh("cd \"$1\"; touch b a .hidden 'with blank' \"$2\"; mkdir folder", folder, "line\nend");

        assertEquals(List.of(".hidden", "a", "b", "folder", "line\nend", "with blank"), host().list(folder));
        assertEquals(List.of(), host().list(folder + "/nowhere"));
        assertEquals(List.of(), host().list(folder + "/folder"));
    }

    @Test
    void a_link_that_leads_nowhere_is_there() throws Exception {
        sh("ln -s nowhere \"$1/link\"", folder);

        assertTrue(host().exists(folder + "/link"));
        assertTrue(host().exists(folder));
        assertFalse(host().exists(folder + "/nowhere"));
        assertFalse(host().exists(folder + "/link/deeper"));
    }

    @Test
    void removing_follows_no_link() throws Exception {
        sh(
                "cd \"$1\"; mkdir -p keep gone/deep; echo x >keep/file; ln -s ../keep gone/link; ln -s keep top; touch gone/-rf",
                folder);

        host().remove(folder + "/gone");
        host().remove(folder + "/top");
        host().remove(folder + "/never-was");

        assertEquals(List.of("keep"), host().list(folder));
        assertEquals(List.of("file"), host().list(folder + "/keep"));
    }

    @Test
    void free_room_is_that_of_the_disk_of_the_folder() throws Exception {
        assertEquals(8, host().freeMiB(smallDisk()));
        assertTrue(host().freeMiB(folder) > 0);
        assertThrows(ProblemException.class, () -> host().freeMiB(folder + "/nowhere"));
    }

    @Test
    void a_port_of_its_loopback_is_reached_both_ways() throws Exception {
        var content = new byte[2_000_000];
        new Random().nextBytes(content);
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var echo = Thread.ofVirtual().start(() -> assertTrue(echo(server)));
            try (var tunnel = host().tunnel(server.getLocalPort());
                    var client = new Socket(InetAddress.getLoopbackAddress(), tunnel.port())) {
                Thread.startVirtualThread(() -> send(client, content));
                assertArrayEquals(content, client.getInputStream().readAllBytes());
                echo.join();
            }
        }
    }

    private static boolean echo(ServerSocket server) {
        try (var socket = server.accept()) {
            return socket.getInputStream().transferTo(socket.getOutputStream()) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(Socket socket, byte[] content) {
        try {
            socket.getOutputStream().write(content);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
