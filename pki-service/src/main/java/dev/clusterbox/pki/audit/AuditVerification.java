package dev.clusterbox.pki.audit;

import dev.clusterbox.rest.SecretFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies the audit log from the command line, with the service running or not: the chain, the signed head, and that the log
 * goes as far as the head says.
 */
public final class AuditVerification {

    private static final String USAGE = """
            java -jar pki-service.jar verify-audit [--state FOLDER] [--head FILE] [--public-key FILE] [--database URL]
                [--username NAME] [--password-file FILE]

            Verifies the audit log. Ends with 0 if nothing was changed, taken out or cut off, with 1 if something was, and with 2 if it
            cannot be told.

            --state FOLDER        the state folder (CLUSTERBOX_STATE)
            --head FILE           a signed head, the youngest by default; one that was kept elsewhere is better evidence
            --public-key FILE     the key that the head is signed with; FOLDER/audit.pub by default, one that was kept elsewhere is better
            --database URL        of PostgreSQL, if the log is there; with --username and --password-file
            """;

    private final Map<String, String> options;
    private final PrintStream out;

    private AuditVerification(Map<String, String> options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** @return the exit code */
    public static int run(Map<String, String> options, PrintStream out) {
        if (!options.containsKey("state")) {
            out.print(USAGE);
            return 2;
        }
        try {
            return new AuditVerification(options, out).verify();
        } catch (IOException | SQLException | IllegalArgumentException | IllegalStateException e) {
            out.println("cannot be verified: " + e.getMessage());
            return 2;
        }
    }

    private int verify() throws IOException, SQLException {
        var state = Path.of(options.get("state"));
        var publicKey = HeadKey.readPublic(file("public-key", state.resolve("audit.pub")));
        var signed = SignedHead.read(file("head", state.resolve("audit.head")));
        AuditHead head;
        try {
            head = signed.verified(publicKey);
        } catch (IllegalArgumentException e) {
            return wrong(String.valueOf(e.getMessage()));
        }
        try (var connection = connect(state)) {
            var broken = AuditLog.firstBroken(connection);
            if (broken.isPresent()) {
                return wrong("row %d does not fit the one before it".formatted(broken.get()));
            }
            if (!AuditLog.has(connection, head)) {
                return wrong("row %d, signed at %s, is not there as it was".formatted(head.seq(), head.at()));
            }
            var lost = AuditLog.firstLost(connection);
            if (lost.isPresent()) {
                return wrong("row %d says that the log was cut off before it".formatted(lost.get()));
            }
            out.printf("the audit log is whole: %d rows up to %s%n", head.seq(), head.at());
            return 0;
        }
    }

    private Connection connect(Path state) throws SQLException, IOException {
        var url = options.get("database");
        if (url == null) {
            var database = state.resolve("pki.db");
            if (!Files.exists(database)) {
                throw new IOException("there is no %s".formatted(database));
            }
            return DriverManager.getConnection("jdbc:sqlite:%s?open_mode=1".formatted(database));
        }
        var password = Optional.ofNullable(options.get("password-file"))
                .map(file -> SecretFile.read("password file", Path.of(file)))
                .orElse("");
        return DriverManager.getConnection(url, options.getOrDefault("username", ""), password);
    }

    private Path file(String option, Path otherwise) {
        var file = options.get(option);
        return file == null ? otherwise : Path.of(file);
    }

    private int wrong(String what) {
        out.println("the audit log is not as it was: " + what);
        return 1;
    }
}
