package dev.clusterbox.pki.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that are committed together. */
final class DatabaseTest {

    @TempDir
    Path state;

    private RunningPki pki;
    private Database database;

    @BeforeEach
    void start() throws Exception {
        pki = RunningPki.on(state);
        database = pki.bean(Database.class);
        database.write(connection -> execute(connection, "CREATE TABLE number (n BIGINT PRIMARY KEY)"));
    }

    @AfterEach
    void stop() {
        pki.close();
    }

    @Test
    void one_that_fails_takes_nothing_of_its_own_and_nobody_else_with_it() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var gate = holdTheWriter(threads);
            var writes = new ArrayList<Future<Integer>>();
            for (int n = 0; n < 20; n++) {
                int number = n;
                writes.add(threads.submit(() -> database.write(connection -> {
                    execute(connection, "INSERT INTO number VALUES (%d)".formatted(number));
                    if (number % 3 == 1) {
                        throw new IllegalArgumentException("on purpose");
                    }
                    return number % 3 == 2
                            ? execute(connection, "INSERT INTO number VALUES (%d)".formatted(number))
                            : number;
                })));
            }
            gate.countDown();

            for (int n = 0; n < 20; n++) {
                var write = writes.get(n);
                switch (n % 3) {
                    case 0 -> assertEquals(n, write.get());
                    case 1 -> assertInstanceOf(IllegalArgumentException.class, failure(write));
                    default -> assertInstanceOf(IllegalStateException.class, failure(write));
                }
            }
        }
        assertEquals(IntStream.range(0, 20).filter(n -> n % 3 == 0).boxed().toList(), numbers());
    }

    @Test
    void nothing_is_answered_before_it_is_committed() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writes = IntStream.range(0, 200)
                    .mapToObj(n -> threads.submit(() -> {
                        database.write(
                                connection -> execute(connection, "INSERT INTO number VALUES (%d)".formatted(n)));
                        return numbers().contains(n);
                    }))
                    .toList();
            for (var write : writes) {
                assertTrue(write.get());
            }
        }
        assertEquals(200, numbers().size());
    }

    @Test
    void after_the_end_of_the_service_nobody_waits_for_ever() {
        pki.close();

        var e = assertThrows(ProblemException.class, () -> database.write(connection -> 1));
        assertEquals(Code.UNAVAILABLE, e.problem().code());
    }

    /** Until it is let go, all that comes gathers behind it. */
    private CountDownLatch holdTheWriter(ExecutorService threads) throws Exception {
        var gate = new CountDownLatch(1);
        var held = new CountDownLatch(1);
        threads.execute(() -> database.write(connection -> {
            held.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return 0;
        }));
        held.await();
        return gate;
    }

    private static @Nullable Throwable failure(Future<?> write) {
        return assertThrows(ExecutionException.class, write::get).getCause();
    }

    private List<Integer> numbers() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("SELECT n FROM number ORDER BY n");
                    var row = select.executeQuery()) {
                var numbers = new ArrayList<Integer>();
                while (row.next()) {
                    numbers.add(row.getInt(1));
                }
                return numbers;
            }
        });
    }

    private static int execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            return statement.executeUpdate();
        }
    }
}
