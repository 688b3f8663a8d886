package dev.clusterbox.pki.inventory;

import dev.clusterbox.problem.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which certificates are looked for.
 *
 * @param now what is valid and expired is judged by
 */
record Filter(Map<Column, String> equal, Optional<State> state, Optional<Instant> expiresBefore, Instant now) {

    /** A condition for each, with its values in the order in which they stand. */
    Where where() {
        var conditions = new ArrayList<String>();
        var values = new ArrayList<String>();
        equal.forEach((column, value) -> {
            conditions.add(column.sql + " = ?");
            values.add(value);
        });
        state.ifPresent(it -> {
            conditions.add(it.sql);
            if (it != State.REVOKED) {
                values.add(now.toString());
            }
        });
        expiresBefore.ifPresent(it -> {
            conditions.add("c.not_after < ?");
            values.add(it.toString());
        });
        return new Where(conditions.stream().map(it -> " AND " + it).reduce("", String::concat), values);
    }

    record Where(String sql, List<String> values) {}

    /** Columns that one can look for. */
    enum Column {
        AUTHORITY("a.name"),
        SUBJECT("c.subject"),
        PROFILE("c.profile"),
        SERIAL("c.serial"),
        REQUESTED_BY("c.requested_by");

        private final String sql;

        Column(String sql) {
            this.sql = sql;
        }
    }

    /** What a certificate is good for now. Instants are text that sorts. */
    enum State {
        VALID("c.revoked_at IS NULL AND c.not_after >= ?"),
        EXPIRED("c.revoked_at IS NULL AND c.not_after < ?"),
        REVOKED("c.revoked_at IS NOT NULL");

        private final String sql;

        State(String sql) {
            this.sql = sql;
        }

        static State parse(String text) {
            return Arrays.stream(values())
                    .filter(it -> it.name().toLowerCase(Locale.ROOT).equals(text))
                    .findFirst()
                    .orElseThrow(() -> Problem.invalid("state: (expected: valid, expired or revoked)", "")
                            .asException());
        }
    }
}
