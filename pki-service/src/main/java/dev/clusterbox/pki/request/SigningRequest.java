package dev.clusterbox.pki.request;

import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.encoding.Pem;
import dev.clusterbox.pki.request.Subject.Part;
import dev.clusterbox.pki.rule.Checks;
import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.CertificationRequest;

/**
 * A PKCS#10 request (RFC 2986) whose sender has the private key and that asks for nothing that nobody may have. There is no
 * object of another one. What it names was not approved yet.
 */
public final class SigningRequest {

    public static final int LARGEST = 64 * 1024;

    private static final int DER_SEQUENCE = 0x30;

    private final SubjectKey key;
    private final List<Part> subject;
    private final RequestedExtensions extensions;

    private SigningRequest(SubjectKey key, List<Part> subject, RequestedExtensions extensions) {
        this.key = key;
        this.subject = List.copyOf(subject);
        this.extensions = extensions;
    }

    /** @param bytes PEM or DER */
    public static SigningRequest parse(byte[] bytes) {
        var parts = parts(bytes, Checks.UNTIL_REFUSED).orElseThrow();
        return new SigningRequest(
                parts.key().orElseThrow(),
                parts.subject().orElseThrow(),
                parts.extensions().orElseThrow());
    }

    /** Each part is checked by itself: what is wrong with one says nothing about the others. */
    public static Optional<Parts> parts(byte[] bytes, Checks checks) {
        return checks.of(() -> decode(bytes), Rule.CSR_SIZE, Rule.CSR_ENCODING, Rule.CSR_STRUCTURE)
                .map(request -> {
                    var info = request.getCertificationRequestInfo();
                    var key = checks.of(() -> SubjectKey.of(info.getSubjectPublicKeyInfo()), SubjectKey.RULES);
                    var signed = key.flatMap(it -> checks.of(
                            () -> ProofOfPossession.require(request, it),
                            Rule.SIGNATURE_ALGORITHM,
                            Rule.PROOF_OF_POSSESSION));
                    var subject = checks.of(() -> RequestedSubject.read(info.getSubject()), RequestedSubject.RULES);
                    var extensions = checks.of(() -> RequestedExtensions.read(info), RequestedExtensions.RULES);
                    return new Parts(signed, subject, extensions);
                });
    }

    public static boolean isDer(byte[] bytes) {
        return bytes.length > 0 && bytes[0] == DER_SEQUENCE;
    }

    private static CertificationRequest decode(byte[] bytes) throws IOException {
        if (bytes.length > LARGEST) {
            throw Rule.CSR_SIZE.refuses(bytes.length + " bytes", "at most " + LARGEST);
        }
        var der = isDer(bytes) ? bytes : Pem.request(bytes);
        Der.requireOneValue(der);
        var request = CertificationRequest.getInstance(der);
        if (!Arrays.equals(der, request.getEncoded("DER"))) {
            throw Rule.CSR_ENCODING.refuses("an encoding that is not DER", "DER");
        }
        var info = request.getCertificationRequestInfo();
        if (info.getVersion().intValueExact() != 0) {
            throw Rule.CSR_STRUCTURE.refuses("version " + info.getVersion(), "version 0");
        }
        return request;
    }

    public SubjectKey key() {
        return key;
    }

    /** In the order of the request; often empty. */
    public List<Part> subject() {
        return subject;
    }

    public Set<AlternativeName> names() {
        return extensions.names();
    }

    /** The extended key usages that it asks for, as object identifiers. */
    public Set<String> purposes() {
        return extensions.purposes();
    }

    /**
     * What could be read of a request.
     *
     * @param key only if whoever made the request has its private half
     */
    public record Parts(
            Optional<SubjectKey> key, Optional<List<Part>> subject, Optional<RequestedExtensions> extensions) {}
}
