package dev.clusterbox.pki.audit;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.audit.AuditLog.Filter;
import dev.clusterbox.pki.store.Lines;
import dev.clusterbox.pki.store.Paging;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was asked for and what became of it. For administrators whose own token has no scope. */
@Controller("/v1/audit")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class AuditController {

    private final AuditLog log;
    private final AuditHeads heads;
    private final Grants grants;
    private final Lines lines;

    AuditController(AuditLog log, AuditHeads heads, Grants grants, Lines lines) {
        this.log = log;
        this.heads = heads;
        this.grants = grants;
        this.lines = lines;
    }

    @Get
    AuditRows list(
            HttpRequest<?> request,
            @QueryValue @Nullable String event,
            @QueryValue @Nullable String by,
            @QueryValue @Nullable String authority,
            @QueryValue @Nullable String serial,
            @QueryValue(defaultValue = "0") String after,
            @QueryValue(defaultValue = "100") int limit) {
        requireOwner(request);
        var page = log.page(new Filter(event, by, authority, serial), Paging.parse(after, limit));
        return new AuditRows(
                page.rows().stream().map(AuditRowBody::of).toList(),
                page.next().map(String::valueOf).orElse(null));
    }

    /** The whole log, a row to a line, as the chain has it. */
    @Get("/export")
    @Produces(Lines.MEDIA_TYPE)
    StreamedFile export(HttpRequest<?> request) {
        requireOwner(request);
        return new StreamedFile(
                lines.of(paging -> log.page(Filter.NONE, paging).map(AuditRowBody::of)),
                MediaType.of(Lines.MEDIA_TYPE));
    }

    /** How far the log goes, signed. Whoever keeps it can tell later whether something was cut off. */
    @Get("/head")
    @Produces(MediaType.TEXT_PLAIN)
    String head(HttpRequest<?> request) {
        requireOwner(request);
        return heads.text();
    }

    private void requireOwner(HttpRequest<?> request) {
        grants.of(Caller.of(request)).requireAdmin().requireEverything();
    }

    /** @param next ask for it with {@code after=}; absent on the last page */
    @Serdeable
    record AuditRows(List<AuditRowBody> rows, @Nullable String next) {}

    /** @param hash SHA-256 over {@code previous} and then all other fields, each with its length before it */
    @Serdeable
    record AuditRowBody(
            long seq,
            String at,
            String event,
            String by,
            String authority,
            String profile,
            String subject,
            String names,
            String serial,
            String fingerprint,
            String reason,
            String previous,
            String hash) {

        static AuditRowBody of(AuditRow row) {
            var entry = row.entry();
            return new AuditRowBody(
                    row.seq(),
                    row.at(),
                    entry.event().name(),
                    entry.by(),
                    entry.authority(),
                    entry.profile(),
                    entry.subject(),
                    entry.names(),
                    entry.serial(),
                    entry.fingerprint(),
                    entry.reason(),
                    row.previous(),
                    row.hash());
        }
    }
}
