package dev.clusterbox.pki.store;

import dev.clusterbox.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Which part of a list is wanted.
 *
 * @param after the number of the last row of the page before, 0 for the first page
 */
public record Paging(long after, int limit) {

    private static final int MOST = 1000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    public static Paging parse(String after, int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.invalid("limit: %d (expected: 1 to %d)".formatted(limit, MOST), "")
                    .asException();
        }
        if (!NUMBER.matcher(after).matches()) {
            throw Problem.invalid("after: not a page (expected: the 'next' of the page before)", "")
                    .asException();
        }
        return new Paging(Long.parseLong(after), limit);
    }

    /**
     * A part of a list.
     *
     * @param next the number after which the next page begins, if there is one
     */
    public record Page<T>(List<T> rows, Optional<Long> next) {

        public <U> Page<U> map(Function<T, U> function) {
            return new Page<>(rows.stream().map(function).toList(), next);
        }
    }
}
