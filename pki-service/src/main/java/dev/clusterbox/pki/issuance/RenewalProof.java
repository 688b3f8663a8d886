package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.encoding.Pem;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.request.KeyType;
import dev.clusterbox.pki.request.ProofOfPossession;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.pki.request.SubjectKey;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * A signing request inside CMS signed data (RFC 5652), signed by the key of the certificate that is to be renewed. That key
 * comes from the inventory; certificates that were sent along are not looked at.
 */
final class RenewalProof {

    private static final Map<ASN1ObjectIdentifier, String> DIGESTS = Map.of(
            NISTObjectIdentifiers.id_sha256, "SHA256",
            NISTObjectIdentifiers.id_sha384, "SHA384",
            NISTObjectIdentifiers.id_sha512, "SHA512");

    private final X509CertificateHolder signer;
    private final SubjectKey key;

    private RenewalProof(CertificateRecord renewed) throws IOException {
        this.signer = Pem.certificate(renewed.certificate());
        this.key = SubjectKey.of(signer.getSubjectPublicKeyInfo());
    }

    /**
     * Returns the request that was signed.
     *
     * @param bytes CMS, PEM or DER
     */
    static byte[] contentSignedBy(CertificateRecord renewed, byte[] bytes) {
        if (bytes.length > SigningRequest.LARGEST) {
            throw Rule.CSR_SIZE.refuses(bytes.length + " bytes", "at most " + SigningRequest.LARGEST);
        }
        var der = SigningRequest.isDer(bytes) ? bytes : Pem.signedData(bytes);
        Der.requireOneValue(der);
        try {
            return new RenewalProof(renewed).content(der);
        } catch (ProblemException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw Rule.RENEWAL_STRUCTURE.refuses("not CMS signed data: " + e.getMessage(), "CMS signed data");
        }
    }

    private byte[] content(byte[] der) throws IOException {
        var info = ContentInfo.getInstance(der);
        if (!info.getContentType().equals(CMSObjectIdentifiers.signedData)) {
            throw Rule.RENEWAL_STRUCTURE.refuses(
                    "content type " + info.getContentType().getId(), "signed data");
        }
        var signed = SignedData.getInstance(info.getContent());
        var inside = signed.getEncapContentInfo();
        if (!inside.getContentType().equals(CMSObjectIdentifiers.data) || inside.getContent() == null) {
            throw Rule.RENEWAL_STRUCTURE.refuses(
                    inside.getContent() == null
                            ? "a detached signature"
                            : "content of the type " + inside.getContentType().getId(),
                    "plain data, inside the message: the signing request");
        }
        var signers = signed.getSignerInfos();
        if (signers.size() != 1) {
            throw Rule.RENEWAL_STRUCTURE.refuses(signers.size() + " signers", "one");
        }
        var signerInfo = SignerInfo.getInstance(signers.getObjectAt(0));
        // Neither is signed. What is not looked at could be changed.
        requireVersion(signed.getVersion());
        requireVersion(signerInfo.getVersion());
        if (!List.of(signed.getDigestAlgorithms().toArray()).equals(List.of(signerInfo.getDigestAlgorithm()))) {
            throw Rule.RENEWAL_STRUCTURE.refuses("other digests than the signer's", "the signer's");
        }
        var content = ASN1OctetString.getInstance(inside.getContent()).getOctets();
        requireSignedBy(signerInfo, content);
        return content;
    }

    /** RFC 5652, 5.1 and 5.3: what the version has to be follows from the rest. */
    private static void requireVersion(ASN1Integer version) {
        if (!version.hasValue(1)) {
            throw Rule.RENEWAL_STRUCTURE.refuses("version " + version, "version 1");
        }
    }

    private void requireSignedBy(SignerInfo info, byte[] content) throws IOException {
        requireNamed(info);
        if (info.getAuthenticatedAttributes() == null || info.getUnauthenticatedAttributes() != null) {
            throw Rule.RENEWAL_STRUCTURE.refuses(
                    info.getAuthenticatedAttributes() == null ? "no signed attributes" : "unsigned attributes",
                    "signed attributes, and no others");
        }
        var digest = digest(info.getDigestAlgorithm());
        var attributes = new AttributeTable(info.getAuthenticatedAttributes());
        if (!CMSObjectIdentifiers.data.equals(value(attributes, CMSAttributes.contentType))) {
            throw Rule.RENEWAL_STRUCTURE.refuses("a signature over another type of content", "over plain data");
        }
        var signedDigest = ASN1OctetString.getInstance(value(attributes, CMSAttributes.messageDigest));
        var signature = info.getEncryptedDigest().getOctets();
        var signedBytes = info.getAuthenticatedAttributes().getEncoded("DER");
        if (!MessageDigest.isEqual(signedDigest.getOctets(), hash(digest, content))
                || !ProofOfPossession.verifies(
                        algorithm(info.getDigestEncryptionAlgorithm(), digest), key, signedBytes, signature)) {
            throw Rule.RENEWAL_PROOF.refuses(
                    "the signature is not by the key of the certificate",
                    "a request signed with the key to be renewed");
        }
    }

    /** RFC 5652, 5.3, version 1: by issuer and serial number, which is what openssl does if it is not told otherwise. */
    private void requireNamed(SignerInfo info) throws IOException {
        if (info.getSID().isTagged()) {
            throw Rule.RENEWAL_STRUCTURE.refuses("a signer named by its key", "one named by issuer and serial number");
        }
        var named = IssuerAndSerialNumber.getInstance(info.getSID().getId());
        BigInteger serial = named.getSerialNumber().getValue();
        var name = named.getName().getEncoded("DER");
        if (!Arrays.equals(name, signer.getIssuer().getEncoded("DER")) || !serial.equals(signer.getSerialNumber())) {
            throw Rule.RENEWAL_PROOF.refuses(
                    "signed for the certificate %s".formatted(serial.toString(16)),
                    "the certificate " + signer.getSerialNumber().toString(16));
        }
    }

    private static String digest(AlgorithmIdentifier algorithm) {
        var name = DIGESTS.get(algorithm.getAlgorithm());
        if (name == null || !plain(algorithm)) {
            throw Rule.SIGNATURE_ALGORITHM.refuses(
                    "digest " + algorithm.getAlgorithm().getId(), "SHA-256, SHA-384 or SHA-512");
        }
        return name;
    }

    /** Fits the key and the digest, whatever the name says: RSA may come as itself (RFC 3370, 3.2). */
    private String algorithm(AlgorithmIdentifier algorithm, String digest) {
        var expected = switch (key.type()) {
            case EC_P256, EC_P384 -> digest + "withECDSA";
            case RSA -> digest + "withRSA";
            // RFC 8419, 3.1
            case ED25519 -> digest.equals("SHA512") ? "Ed25519" : "";
        };
        var named = algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption) && key.type() == KeyType.RSA
                ? expected
                : ProofOfPossession.ALGORITHMS.get(algorithm.getAlgorithm());
        if (!expected.equals(named) || !plain(algorithm)) {
            throw Rule.SIGNATURE_ALGORITHM.refuses(
                    "%s with %s and a key of type %s"
                            .formatted(algorithm.getAlgorithm().getId(), digest, key.type()),
                    "ECDSA or RSA (PKCS#1) with the digest, or Ed25519 with SHA-512, as the key is");
        }
        return expected;
    }

    private static boolean plain(AlgorithmIdentifier algorithm) {
        return algorithm.getParameters() == null || DERNull.INSTANCE.equals(algorithm.getParameters());
    }

    /** RFC 5652, 11.1 and 11.2: once, with one value. */
    private static ASN1Encodable value(AttributeTable attributes, ASN1ObjectIdentifier type) {
        var all = attributes.getAll(type);
        if (all.size() != 1) {
            throw Rule.RENEWAL_STRUCTURE.refuses(all.size() + " attributes " + type.getId(), "one");
        }
        var values = attributes.get(type).getAttrValues();
        if (values.size() != 1) {
            throw Rule.RENEWAL_STRUCTURE.refuses(values.size() + " values of " + type.getId(), "one");
        }
        return values.getObjectAt(0);
    }

    private static byte[] hash(String digest, byte[] content) {
        try {
            return MessageDigest.getInstance(digest.replace("SHA", "SHA-")).digest(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
