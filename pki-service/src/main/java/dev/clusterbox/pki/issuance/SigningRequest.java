package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.issuance.Subject.Part;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.CertificationRequest;

/**
 * A PKCS#10 request (RFC 2986) whose sender has the private key and that asks for nothing that nobody may have. There is no
 * object of another one. What it names was not approved yet.
 */
final class SigningRequest {

    static final int LARGEST = 64 * 1024;

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
    static SigningRequest parse(byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw Rule.CSR_SIZE.refuses(bytes.length + " bytes", "at most " + LARGEST);
        }
        var der = isDer(bytes) ? bytes : Pem.request(bytes);
        Der.requireOneValue(der);
        try {
            return read(der);
        } catch (ProblemException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The many ways in which BouncyCastle says that a value is not of the type that it should be.
            throw Rule.CSR_STRUCTURE.refuses("not a certification request: " + e.getMessage(), "PKCS#10");
        }
    }

    static boolean isDer(byte[] bytes) {
        return bytes.length > 0 && bytes[0] == DER_SEQUENCE;
    }

    private static SigningRequest read(byte[] der) throws IOException {
        var request = CertificationRequest.getInstance(der);
        if (!Arrays.equals(der, request.getEncoded("DER"))) {
            throw Rule.CSR_ENCODING.refuses("an encoding that is not DER", "DER");
        }
        var info = request.getCertificationRequestInfo();
        if (info.getVersion().intValueExact() != 0) {
            throw Rule.CSR_STRUCTURE.refuses("version " + info.getVersion(), "version 0");
        }
        var key = SubjectKey.of(info.getSubjectPublicKeyInfo());
        ProofOfPossession.require(request, key);
        return new SigningRequest(key, RequestedSubject.read(info.getSubject()), RequestedExtensions.read(info));
    }

    SubjectKey key() {
        return key;
    }

    /** In the order of the request; often empty. */
    List<Part> subject() {
        return subject;
    }

    Set<AlternativeName> names() {
        return extensions.names();
    }

    /** The extended key usages that it asks for, as object identifiers. */
    Set<String> purposes() {
        return extensions.purposes();
    }
}
