package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 of files, here and on other computers. */
final class Checksum {

    private static final Pattern HEXADECIMAL = Pattern.compile("(?<digits>[0-9a-f]{64})\\b.*", Pattern.DOTALL);

    /** Linux has the first, macOS the second; whoever has neither may have the third. */
    private static final String SCRIPT = """
            if command -v sha256sum; then set -- "$1" sha256sum
            elif command -v shasum; then set -- "$1" shasum -a 256
            elif command -v openssl; then set -- "$1" openssl dgst -sha256 -r
            else exit 1; fi >/dev/null
            file=$1; shift; exec "$@" <"$file"
            """;

    /** The slowest disk that is reckoned with. */
    private static final long BYTES_A_SECOND = 10_000_000;

    private Checksum() {}

    static String of(Path file) throws IOException {
        try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            Files.copy(file, out);
            return HexFormat.of().formatHex(out.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String on(Host host, String path, long size) throws InterruptedException {
        var printed = host.run(Command.of("sh", "-c", SCRIPT, "sh", path)
                        .within(Duration.ofSeconds(60 + size / BYTES_A_SECOND)))
                .orFail();
        var digits = HEXADECIMAL.matcher(printed);
        if (!digits.matches()) {
            throw Problem.failed(
                            "the checksum of '%s' is '%s'".formatted(path, printed.strip()), "install sha256sum there")
                    .asException();
        }
        return digits.group("digits");
    }
}
