package dev.clusterbox.pki.inventory;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.inventory.Filter.Column;
import dev.clusterbox.pki.inventory.Filter.State;
import dev.clusterbox.pki.store.Lines;
import dev.clusterbox.pki.store.Paging;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Caller;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.RequestBean;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks up what was issued. */
@Controller("/v1")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class InventoryController {

    private final Inventory inventory;
    private final Grants grants;
    private final Lines lines;
    private final InstantSource clock;

    InventoryController(Inventory inventory, Grants grants, Lines lines, InstantSource clock) {
        this.inventory = inventory;
        this.grants = grants;
        this.lines = lines;
        this.clock = clock;
    }

    @Get("/certificates")
    Certificates list(
            HttpRequest<?> request,
            @RequestBean Wanted wanted,
            @QueryValue(defaultValue = "0") String after,
            @QueryValue(defaultValue = "100") int limit) {
        var page = inventory.page(filter(request, wanted), Paging.parse(after, limit));
        return new Certificates(
                page.rows().stream().map(Certificate::of).toList(),
                page.next().map(String::valueOf).orElse(null));
    }

    /** All that fit, one to a line. */
    @Get("/certificates/export")
    @Produces(Lines.MEDIA_TYPE)
    StreamedFile export(HttpRequest<?> request, @RequestBean Wanted wanted) {
        var filter = filter(request, wanted);
        return new StreamedFile(
                lines.of(paging -> inventory.page(filter, paging).map(Certificate::of)),
                MediaType.of(Lines.MEDIA_TYPE));
    }

    @Get("/authorities/{name}/certificates/{serial}")
    Certificate get(HttpRequest<?> request, @PathVariable String name, @PathVariable String serial) {
        grants.of(Caller.of(request)).requireAuthority(name);
        return inventory
                .find(name, SerialNumber.require(serial))
                .map(Certificate::of)
                .orElseThrow(() -> Problem.notFound("no such certificate").asException());
    }

    /** Who may not see all authorities has to name one of his. */
    private Filter filter(HttpRequest<?> request, Wanted wanted) {
        grants.of(Caller.of(request)).requireAuthority(wanted.authority == null ? "*" : wanted.authority);
        var equal = new EnumMap<Column, String>(Column.class);
        put(equal, Column.AUTHORITY, wanted.authority);
        put(equal, Column.SUBJECT, wanted.subject);
        put(equal, Column.PROFILE, wanted.profile);
        put(equal, Column.SERIAL, wanted.serial == null ? null : SerialNumber.require(wanted.serial));
        put(equal, Column.REQUESTED_BY, wanted.by);
        return new Filter(
                equal,
                Optional.ofNullable(wanted.state).map(State::parse),
                Optional.ofNullable(wanted.expiresBefore).map(InventoryController::instant),
                clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text).truncatedTo(ChronoUnit.SECONDS);
        } catch (DateTimeParseException e) {
            throw Problem.invalid("expiresBefore: (expected: a time as 2026-01-31T12:00:00Z)", "")
                    .asException();
        }
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

    /**
     * What is looked for; what is not given may be anything.
     *
     * @param state valid, expired or revoked
     * @param expiresBefore what is valid until then at the longest, RFC 3339
     */
    @Introspected
    record Wanted(
            @QueryValue @Nullable String authority,
            @QueryValue @Nullable String subject,
            @QueryValue @Nullable String profile,
            @QueryValue @Nullable String serial,
            @QueryValue @Nullable String by,
            @QueryValue @Nullable String state,
            @QueryValue @Nullable String expiresBefore) {}
}
