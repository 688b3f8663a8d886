package dev.clusterbox.pki.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers that are on disk before anybody has them. */
final class SerialNumbersTest {

    private static final int MANY = 1000;
    private static final int THREADS = 8;

    @TempDir
    Path state;

    @Test
    void nobody_gets_one_that_is_not_on_disk_or_that_somebody_else_has() throws Exception {
        try (var pki = RunningPki.on(state);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var serials = pki.bean(SerialNumbers.class);
            var taken = IntStream.range(0, THREADS)
                    .mapToObj(_ -> threads.submit(() -> {
                        var mine = IntStream.range(0, MANY / THREADS)
                                .mapToObj(_ -> serials.next())
                                .toList();
                        assertTrue(reserved(pki)
                                .containsAll(
                                        mine.stream().map(SerialNumber::text).toList()));
                        return mine;
                    }))
                    .toList();
            var all = new HashSet<BigInteger>();
            for (var mine : taken) {
                all.addAll(mine.get());
            }
            assertEquals(MANY, all.size());
        }
    }

    @Test
    void what_was_reserved_before_the_end_is_not_given_after_a_new_start() throws Exception {
        Set<String> before;
        try (var pki = RunningPki.on(state)) {
            pki.bean(SerialNumbers.class).next();
            before = reserved(pki);
        }
        try (var pki = RunningPki.on(state)) {
            var serials = pki.bean(SerialNumbers.class);
            var after = IntStream.range(0, MANY)
                    .mapToObj(_ -> SerialNumber.text(serials.next()))
                    .toList();
            assertTrue(after.stream().noneMatch(before::contains));
            assertTrue(reserved(pki).containsAll(before), "they stay on record");
        }
    }

    @Test
    void without_a_database_there_is_a_problem_and_no_number() throws Exception {
        SerialNumbers serials;
        try (var pki = RunningPki.on(state)) {
            serials = pki.bean(SerialNumbers.class);
        }
        var e = assertThrows(
                ProblemException.class, () -> IntStream.range(0, MANY).forEach(_ -> serials.next()));
        assertEquals(Code.UNAVAILABLE, e.problem().code());
    }

    private static Set<String> reserved(RunningPki pki) {
        return pki.bean(Database.class).read(connection -> {
            var all = new HashSet<String>();
            try (var select = connection.prepareStatement("SELECT serials FROM reserved_serials");
                    var row = select.executeQuery()) {
                while (row.next()) {
                    all.addAll(List.of(row.getString(1).split("\n")));
                }
            }
            return all;
        });
    }
}
