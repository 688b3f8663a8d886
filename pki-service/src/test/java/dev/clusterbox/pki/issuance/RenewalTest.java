package dev.clusterbox.pki.issuance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.clock.MovableClock;
import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Answer;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.Tool;
import dev.clusterbox.pki.authority.AuthorityKeyType;
import dev.clusterbox.pki.authority.KeySigner;
import dev.clusterbox.pki.encoding.Pem;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.problem.ProblemException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An old key asks for a new certificate, by what a script with openssl can send. */
final class RenewalTest {

    private static final Wish GATEWAY =
            new Wish("installation", "service", "CN=gateway", List.of("dns:gateway.clusterbox.internal"));
    private static final String SIGN = "openssl cms -sign -nodetach -binary -outform DER -out proof -in new.csr";
    private static final String BY_OLD = SIGN + " -signer old.pem -inkey old.key";

    @TempDir
    static Path state;

    private static RunningPki pki;
    private static RunningPki.Client client;

    @TempDir
    Path folder;

    private String serial = "";

    @BeforeAll
    static void start() throws Exception {
        pki = RunningPki.on(state);
        client = pki.client();
        client.put("/v1/authorities/installation");
    }

    @AfterAll
    static void stop() {
        pki.close();
    }

    @AfterEach
    void now() {
        pki.bean(MovableClock.class).putForward(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ec -pkeyopt ec_paramgen_curve:P-256",
                "ec -pkeyopt ec_paramgen_curve:P-384",
                "rsa:2048",
            })
    void the_new_one_says_what_the_old_one_says(String key) throws Exception {
        old("old", key);
        request("-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key");
        for (var digest : List.of("sha256", "sha384", "sha512")) {
            run(BY_OLD + " -md " + digest);
            var renewed = renew();

            assertEquals(201, renewed.status(), renewed::body);
            assertNotEquals(serial, renewed.field("serial"));
            for (var field : List.of("subject", "profile", "authority", "authorityCertificate")) {
                assertEquals(old().field(field), renewed.field(field));
            }
            assertTrue(renewed.body().contains("\"names\":[\"dns:gateway.clusterbox.internal\"]"));
            Files.writeString(folder.resolve("new.pem"), renewed.field("certificate"));
        }
        assertEquals(
                Tool.run(folder, "openssl", "pkey", "-in", "new.key", "-pubout"),
                Tool.run(folder, "openssl", "x509", "-in", "new.pem", "-noout", "-pubkey"));
    }

    @Test
    void the_key_may_stay() throws Exception {
        old("old", "rsa:2048");
        request("-key old.key");
        run(BY_OLD);
        var renewed = renew();

        assertEquals(201, renewed.status(), renewed::body);
        assertNotEquals(serial, renewed.field("serial"));
        assertEquals(renewed.body(), renew().body());
    }

    @Test
    void asked_again_it_is_the_same_answer_and_another_key_is_another_certificate() throws Exception {
        old("old", "rsa:2048");
        freshRequest();
        run(BY_OLD);
        var first = renew();
        run(BY_OLD + " -md sha512");
        assertEquals(first.body(), renew().body());
        freshRequest();
        run(BY_OLD);
        assertNotEquals(first.field("serial"), renew().field("serial"));
    }

    @Test
    void it_may_be_pem_and_pem_comes_back_for_who_accepts_it() throws Exception {
        old("old", "rsa:2048");
        request("-newkey rsa:2048 -nodes -keyout new.key -outform PEM");
        run(BY_OLD.replace("-outform DER", "-outform PEM"));
        var answer = send("application/x-pem-file", "Accept", "application/x-pem-file");

        assertEquals(201, answer.status(), answer::body);
        assertTrue(answer.body().startsWith("-----BEGIN CERTIFICATE-----\n"));
    }

    @Test
    void ed25519_signs_as_rfc_8419_has_it() throws Exception {
        var keys = Csr.keys("Ed25519", NamedParameterSpec.ED25519);
        var csr = Csr.with(keys).signedWith("Ed25519").der();
        var issued = client.issue(GATEWAY, csr);
        serial = issued.field("serial");
        var generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(new SignerInfoGeneratorBuilder(new BcDigestCalculatorProvider())
                .build(
                        new KeySigner(keys.getPrivate(), AuthorityKeyType.ED25519),
                        Pem.certificate(issued.field("certificate"))));
        var signed = generator.generate(new CMSProcessableByteArray(csr), true);
        Files.write(folder.resolve("proof"), signed.toASN1Structure().getEncoded("DER"));
        var renewed = renew();

        assertEquals(201, renewed.status(), renewed::body);
    }

    @Test
    void after_a_rotation_the_new_root_signs() throws Exception {
        assertEquals(201, client.put("/v1/authorities/demo-1.etcd").status());
        var wish = new Wish("demo-1.etcd", "etcd-client", "CN=a,O=etcd", List.of());
        old(wish, "old", "rsa:2048");
        var root = client.postJson("/v1/authorities/demo-1.etcd/rotate", "").field("certificate");
        freshRequest();
        run(BY_OLD);
        var renewed = renew("demo-1.etcd");

        assertEquals(201, renewed.status(), renewed::body);
        assertEquals(root, renewed.field("authorityCertificate"));
        client.delete("/v1/authorities/demo-1.etcd");
        assertEquals(409, renew("demo-1.etcd").status());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "signed by another certificate, renewal-proof, -signer other.pem -inkey other.key",
        "another key under the old name, renewal-proof, -signer forged.pem -inkey forged.key",
        "another key with the old certificate sent along, renewal-proof, -signer forged.pem -inkey forged.key -certfile old.pem",
        "two signers, renewal-structure, -signer old.pem -inkey old.key -signer other.pem -inkey other.key",
        "named by key, renewal-structure, -signer old.pem -inkey old.key -keyid",
        "without attributes, renewal-structure, -signer old.pem -inkey old.key -noattr",
        "other content, renewal-structure, -signer old.pem -inkey old.key -econtent_type 1.2.3.4",
        "SHA-1, signature-algorithm, -signer old.pem -inkey old.key -md sha1",
        "PSS, signature-algorithm, -signer old.pem -inkey old.key -keyopt rsa_padding_mode:pss",
    })
    void an_attack_is_refused(String attack, String rule, String signer) throws Exception {
        old("other", "rsa:2048");
        old("old", "rsa:2048");
        run("openssl req -x509 -newkey rsa:2048 -nodes -keyout forged.key -out forged.pem"
                + " -subj /O=clusterbox/CN=installation -set_serial 0x" + serial);
        freshRequest();
        run(SIGN + " " + signer);
        var refused = renew();

        assertEquals(400, refused.status(), refused::body);
        assertTrue(refused.field("detail").startsWith(rule + ": "), refused::body);
    }

    @Test
    void a_chain_that_is_sent_along_changes_nothing() throws Exception {
        old("other", "rsa:2048");
        old("old", "rsa:2048");
        freshRequest();
        run(BY_OLD + " -certfile other.pem");
        assertEquals(201, renew().status());
        run(BY_OLD + " -nocerts");
        assertEquals(201, renew().status());
    }

    @Test
    void a_request_that_names_anything_else_is_refused() throws Exception {
        old("old", "rsa:2048");
        for (var extra : List.of("-subj /CN=other", "-subj / -addext subjectAltName=DNS:other.clusterbox.internal")) {
            request("-key old.key " + extra);
            run(BY_OLD);
            var refused = renew();
            assertEquals(400, refused.status(), refused::body);
            assertTrue(refused.field("detail").startsWith("approved-"), refused::body);
        }
    }

    @Test
    void what_is_inside_has_to_be_a_request_and_nothing_may_be_missing() throws Exception {
        old("old", "rsa:2048");
        freshRequest();
        run(BY_OLD.replace("-nodetach ", ""));
        assertTrue(renew().field("detail").startsWith("renewal-structure: a detached signature"));
        run(BY_OLD.replace("new.csr", "old.pem"));
        assertTrue(renew().field("detail").startsWith("csr-encoding: "));
        for (var body : List.of("", "0", "-----BEGIN CMS-----\nAA==\n-----END CMS-----\n")) {
            Files.writeString(folder.resolve("proof"), body);
            assertEquals(400, renew().status());
        }
        Files.write(folder.resolve("proof"), Files.readAllBytes(folder.resolve("new.csr")));
        assertTrue(renew().field("detail").startsWith("renewal-structure: "));
        Files.write(folder.resolve("proof"), new byte[SigningRequest.LARGEST + 1]);
        assertTrue(renew().field("detail").startsWith("csr-size: "));
    }

    @Test
    void no_bit_of_it_may_be_another() throws Exception {
        old("old", "ec -pkeyopt ec_paramgen_curve:P-256");
        freshRequest();
        run(BY_OLD + " -nocerts -nosmimecap");
        var good = Files.readAllBytes(folder.resolve("proof"));
        var record = pki.bean(Inventory.class).find("installation", serial).orElseThrow();
        assertArrayEquals(Files.readAllBytes(folder.resolve("new.csr")), RenewalProof.contentSignedBy(record, good));
        for (int bit = 0; bit < 8 * good.length; bit++) {
            var changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            var where = "bit %d of byte %d".formatted(bit % 8, bit / 8);
            assertThrows(ProblemException.class, () -> RenewalProof.contentSignedBy(record, changed), where);
        }
    }

    @Test
    void revoked_is_revoked_also_for_who_comes_again() throws Exception {
        old("old", "rsa:2048");
        freshRequest();
        run(BY_OLD);
        var renewed = renew().field("serial");
        revoke(renewed);
        assertTrue(renew().field("detail").contains("was revoked"));
        freshRequest();
        run(BY_OLD);
        assertEquals(201, renew().status());
        revoke(serial);

        assertEquals(409, renew().status());
        freshRequest();
        run(BY_OLD);
        assertEquals(409, renew().status());
    }

    @Test
    void expired_is_too_late() throws Exception {
        old("old", "rsa:2048");
        freshRequest();
        run(BY_OLD);
        pki.bean(MovableClock.class).putForward(Duration.ofDays(365).minusMinutes(1));
        assertEquals(201, renew().status());
        pki.bean(MovableClock.class).putForward(Duration.ofDays(365));
        var refused = renew();

        assertEquals(409, refused.status());
        assertTrue(refused.field("detail").contains("has expired"), refused::body);
    }

    @Test
    void what_was_never_issued_is_not_renewed() throws Exception {
        old("old", "rsa:2048");
        freshRequest();
        run(BY_OLD);
        serial = "1";
        assertEquals(404, renew().status());
        serial = "x";
        assertEquals(400, renew().status());
    }

    private void old(String name, String key) throws Exception {
        old(GATEWAY, name, key);
    }

    private void old(Wish wish, String name, String key) throws Exception {
        run("openssl req -new -nodes -outform DER -out csr -subj / -keyout %s.key -newkey %s".formatted(name, key));
        var issued = client.issue(wish, Files.readAllBytes(folder.resolve("csr")));
        assertEquals(201, issued.status(), issued::body);
        serial = issued.field("serial");
        Files.writeString(folder.resolve(name + ".pem"), issued.field("certificate"));
    }

    private void freshRequest() throws Exception {
        request("-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key");
    }

    private void request(String arguments) throws Exception {
        var subject = arguments.contains("-subj") ? "" : " -subj /";
        var form = arguments.contains("-outform") ? "" : " -outform DER";
        run("openssl req -new -out new.csr " + arguments + subject + form);
    }

    private void revoke(String number) throws Exception {
        client.postJson(
                "/v1/authorities/installation/certificates/" + number + "/revoke", "{\"reason\":\"superseded\"}");
    }

    private Answer old() throws Exception {
        return client.get("/v1/authorities/installation/certificates/" + serial);
    }

    private Answer renew() throws Exception {
        return renew("installation");
    }

    private Answer renew(String authority) throws Exception {
        return client.send(client.request("/v1/authorities/%s/certificates/%s/renew".formatted(authority, serial))
                .header("Content-Type", "application/cms")
                .POST(BodyPublishers.ofFile(folder.resolve("proof"))));
    }

    private Answer send(String type, String... headers) throws Exception {
        return client.send(client.request("/v1/authorities/installation/certificates/%s/renew".formatted(serial))
                .header("Content-Type", type)
                .headers(headers)
                .POST(BodyPublishers.ofFile(folder.resolve("proof"))));
    }

    private void run(String command) throws Exception {
        Tool.run(folder, command.split(" +"));
    }
}
