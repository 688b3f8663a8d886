package dev.clusterbox.pki.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.Requests;
import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.store.Database;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in the inventory, and how it is found. */
final class InventoryTest {

    @TempDir
    Path state;

    private RunningPki pki;

    @BeforeEach
    void start() throws Exception {
        pki = RunningPki.on(state);
        pki.client().put("/v1/authorities/installation");
        for (var machine : List.of("valid", "revoked", "expired")) {
            assertEquals(
                    201, pki.client().issue(Wish.agent(machine), Requests.CSR).status());
        }
        execute("UPDATE certificate SET revoked_at = '2026-01-01T00:00:00Z', revocation_reason = 'superseded'"
                + " WHERE subject LIKE 'CN=revoked%'");
        execute("UPDATE certificate SET not_after = '2020-01-01T00:00:00Z' WHERE subject LIKE 'CN=expired%'");
    }

    @AfterEach
    void stop() {
        pki.close();
    }

    @Test
    void each_is_found_by_what_it_is_good_for() throws Exception {
        assertEquals(List.of("valid"), found("state=valid"));
        assertEquals(List.of("revoked"), found("state=revoked"));
        assertEquals(List.of("expired"), found("state=expired"));
        assertEquals(List.of("valid", "revoked", "expired"), found("by=gateway&authority=installation"));
        assertEquals(List.of(), found("by=somebody"));
    }

    @Test
    void what_expires_soon_is_found_in_time() throws Exception {
        assertEquals(List.of("expired"), found("expiresBefore=2026-01-01T00:00:00Z"));
        assertEquals(List.of("valid"), found("expiresBefore=2999-01-01T00:00:00Z&state=valid"));
    }

    @Test
    void pages_hold_all_of_it_once() throws Exception {
        var first = pki.client().get("/v1/certificates?limit=2");
        var second = pki.client().get("/v1/certificates?limit=2&after=" + first.field("next"));

        assertEquals(List.of("valid", "revoked"), names(first.body()));
        assertEquals(List.of("expired"), names(second.body()));
        assertTrue(!second.body().contains("\"next\""), second::body);
    }

    @Test
    void an_export_has_all_pages_and_a_line_for_each() throws Exception {
        // More than are read at once.
        execute(
                "INSERT INTO certificate SELECT 1000 + a.n * 40 + b.n, authority_id, serial || '-' || a.n || '-' || b.n, profile, subject,"
                        + " names, not_before, not_after, fingerprint, certificate, requested_by, issued_at, NULL, NULL, NULL, request_hash"
                        + " FROM certificate, (" + numbers() + ") a, (" + numbers()
                        + ") b WHERE subject LIKE 'CN=valid%'");
        var export = pki.client().get("/v1/certificates/export");

        assertEquals("application/x-ndjson", export.contentType());
        assertEquals(1603, export.body().lines().count());
        assertTrue(export.body().lines().allMatch(line -> line.startsWith("{\"") && line.endsWith("}")));
        assertEquals(
                1,
                pki.client()
                        .get("/v1/certificates/export?state=expired")
                        .body()
                        .lines()
                        .count());
        assertTrue(pki.client().get("/v1/audit/export").body().lines().count() >= 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state=good", "expiresBefore=tomorrow", "limit=0", "limit=1001", "after=-1", "after=x"})
    void what_makes_no_sense_is_refused(String query) throws Exception {
        assertEquals(400, pki.client().get("/v1/certificates?" + query).status());
    }

    @Test
    void a_name_that_nothing_can_have_finds_nothing_and_breaks_nothing() throws Exception {
        int status = pki.client().get("/v1/certificates?subject=%00").status();

        assertTrue(status == 200 || status == 400, () -> String.valueOf(status));
    }

    private List<String> found(String query) throws Exception {
        return names(pki.client().get("/v1/certificates?" + query).body());
    }

    private static List<String> names(String body) {
        return Pattern.compile("\"subject\":\"CN=([a-z]+),")
                .matcher(body)
                .results()
                .map(it -> it.group(1))
                .toList();
    }

    private static String numbers() {
        var numbers = new StringBuilder("SELECT 0 AS n");
        for (int n = 1; n < 40; n++) {
            numbers.append(" UNION ALL SELECT ").append(n);
        }
        return numbers.toString();
    }

    private void execute(String sql) {
        pki.bean(Database.class).write(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                return statement.executeUpdate();
            }
        });
    }
}
