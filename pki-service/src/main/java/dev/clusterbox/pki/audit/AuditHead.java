package dev.clusterbox.pki.audit;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * How far the log went at some time: the last row and its hash, which holds all rows before it. Signed and kept apart, it shows that a tail was cut off.
 *
 * @param hash of the row {@code seq}; of no rows at all it is 64 zeros
 */
record AuditHead(long seq, String hash, String at) {

    private static final Pattern TEXT = Pattern.compile(
            "clusterbox audit head\nseq (?<seq>[0-9]{1,18})\nhash (?<hash>[0-9a-f]{64})\nat (?<at>[0-9T:Z-]{20})\n");

    static AuditHead parse(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a head of an audit log");
        }
        return new AuditHead(Long.parseLong(matcher.group("seq")), matcher.group("hash"), matcher.group("at"));
    }

    /** What is signed. */
    String text() {
        return "clusterbox audit head\nseq %d\nhash %s\nat %s\n".formatted(seq, hash, at);
    }

    byte[] bytes() {
        return text().getBytes(StandardCharsets.US_ASCII);
    }
}
