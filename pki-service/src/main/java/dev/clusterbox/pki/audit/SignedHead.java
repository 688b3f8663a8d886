package dev.clusterbox.pki.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Base64;

/** A head as it came from a file: nothing of it is to be believed before {@link #verified}. */
final class SignedHead {

    private static final String SIGNATURE = "signature ";

    private final String text;
    private final byte[] signature;

    private SignedHead(String text, byte[] signature) {
        this.text = text;
        this.signature = signature;
    }

    static SignedHead read(Path file) throws IOException {
        var content = Files.readString(file);
        int at = content.indexOf(SIGNATURE);
        if (at < 0) {
            throw new IllegalArgumentException("%s: it has no signature".formatted(file));
        }
        return new SignedHead(
                content.substring(0, at),
                Base64.getDecoder()
                        .decode(content.substring(at + SIGNATURE.length()).strip()));
    }

    /** @throws IllegalArgumentException if the signature is not by this key */
    AuditHead verified(PublicKey key) {
        var head = AuditHead.parse(text);
        if (!HeadKey.verifies(key, head.bytes(), signature)) {
            throw new IllegalArgumentException("the head of the audit log is not signed with the key of this service");
        }
        return head;
    }
}
