package dev.clusterbox.pki.inventory;

import dev.clusterbox.pki.inventory.Inventory.Column;
import dev.clusterbox.problem.Problem;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.util.EnumMap;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks up what was issued. */
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
final class InventoryController {

    private static final int MOST = 1000;
    private static final Pattern PAGE = Pattern.compile("[0-9]{1,18}");

    private final Inventory inventory;

    InventoryController(Inventory inventory) {
        this.inventory = inventory;
    }

    @Get("/certificates")
    Certificates list(
            @QueryValue @Nullable String authority,
            @QueryValue @Nullable String subject,
            @QueryValue @Nullable String profile,
            @QueryValue @Nullable String serial,
            @QueryValue(defaultValue = "0") String after,
            @QueryValue(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.invalid("limit: %d (expected: 1 to %d)".formatted(limit, MOST), "")
                    .asException();
        }
        if (!PAGE.matcher(after).matches()) {
            throw Problem.invalid("after: not a page (expected: the 'next' of the page before)", "")
                    .asException();
        }
        var equal = new EnumMap<Column, String>(Column.class);
        put(equal, Column.AUTHORITY, authority);
        put(equal, Column.SUBJECT, subject);
        put(equal, Column.PROFILE, profile);
        put(equal, Column.SERIAL, serial == null ? null : SerialNumber.require(serial));
        var page = inventory.page(equal, Long.parseLong(after), limit);
        return new Certificates(
                page.certificates().stream().map(Certificate::of).toList(),
                page.next().map(String::valueOf).orElse(null));
    }

    @Get("/authorities/{name}/certificates/{serial}")
    Certificate get(@PathVariable String name, @PathVariable String serial) {
        return inventory
                .find(name, SerialNumber.require(serial))
                .map(Certificate::of)
                .orElseThrow(() -> Problem.notFound("no such certificate").asException());
    }

    private static void put(EnumMap<Column, String> equal, Column column, @Nullable String value) {
        if (value != null) {
            equal.put(column, value);
        }
    }

    /** @param next ask for it with {@code after=}; absent on the last page */
    @Serdeable
    record Certificates(
            List<Certificate> certificates, @Nullable String next) {}
}
