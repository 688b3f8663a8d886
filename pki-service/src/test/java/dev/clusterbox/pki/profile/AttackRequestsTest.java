package dev.clusterbox.pki.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.request.WeakKeyAttacks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** The requests that every profile has to refuse at start, and how they were made. */
final class AttackRequestsTest {

    private static final Path FILE = Path.of("src/main/resources/attack-requests.txt");

    /** To write the file anew: {@code -Dattack-requests=write}. */
    @Test
    void the_file_has_the_attacks_that_are_made_here() throws Exception {
        var made = attacks();
        if ("write".equals(System.getProperty("attack-requests"))) {
            var lines = new ArrayList<String>();
            made.forEach((name, csr) -> lines.add(Base64.getEncoder().encodeToString(csr.der()) + " " + name));
            Files.write(FILE, lines);
        }
        assertEquals(
                List.copyOf(made.keySet()),
                Files.readAllLines(FILE).stream()
                        .map(line -> line.substring(line.indexOf(' ') + 1))
                        .toList());
    }

    @Test
    void those_that_no_profile_can_allow_are_refused_before_one_is_asked() {
        var parsed = AttackRequests.ALL.stream()
                .filter(attack -> attack.request().isPresent())
                .map(AttackRequests.Attack::name)
                .toList();

        assertEquals(
                Optional.empty(),
                parsed.stream()
                        .filter(name -> !name.startsWith("a request for "))
                        .findFirst());
        assertTrue(parsed.size() < AttackRequests.ALL.size() && parsed.size() > 5, parsed::toString);
    }

    private static Map<String, Csr> attacks() {
        var upn = new DERSequence(new ASN1Encodable[] {
            new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"),
            new DERTaggedObject(true, 0, new DERUTF8String("admin@corp"))
        });
        var all = new LinkedHashMap<String, Csr>();
        all.put("a request for another node's name", Csr.p256().subject("O=system:nodes,CN=system:node:other"));
        all.put("a request for system:masters", Csr.p256().subject("O=system:masters,CN=attacker"));
        all.put(
                "a request for a user and a group more",
                Csr.p256().subject("O=system:masters,CN=kube-apiserver-kubelet-client"));
        all.put("a request for a foreign DNS name", Csr.p256().dns("other.example.org"));
        all.put("a request for the API server's name", Csr.p256().dns("kubernetes.default.svc"));
        all.put(
                "a request for a foreign address",
                Csr.p256().names(new GeneralName(GeneralName.iPAddress, "203.0.113.7")));
        all.put(
                "a request for code signing",
                Csr.p256().extension(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning)));
        all.put(
                "a request for every usage",
                Csr.p256()
                        .extension(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.anyExtendedKeyUsage)));
        all.put("CA:TRUE", Csr.p256().extension(Extension.basicConstraints, new BasicConstraints(true)));
        all.put("keyCertSign", Csr.p256().extension(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign)));
        all.put("a wildcard", Csr.p256().dns("*.example.org"));
        all.put("a user principal name", Csr.p256().names(new GeneralName(GeneralName.otherName, upn)));
        all.put("SHA-1", Csr.p256().signedWith("SHA1withECDSA"));
        all.put(
                "RSA with 1024 bits",
                Csr.with(Csr.keys("RSA", new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4)))
                        .signedWith("SHA256withRSA"));
        all.put("somebody else's key", Csr.p256().claiming(WeakKeyAttacks.somebodyElses()));
        return all;
    }
}
