package dev.clusterbox.pki.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.authority.AuthorityName;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public final class ProfileTest {

    private final Profiles profiles = new Profiles("");

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "service | CN=gateway | dns:gateway.clusterbox.internal",
                "agent | CN=3f9a2c1b-0000-4000-8000-000000000001,O=clusterbox:agents |",
                "etcd-server | CN=controller-1,O=etcd | dns:controller-1 dns:localhost ip:192.168.56.11 ip:127.0.0.1",
                "etcd-peer | CN=controller-1,O=etcd | dns:controller-1 ip:192.168.56.11",
                "etcd-client | CN=etcdctl@controller-1,O=etcd |",
                "apiserver | CN=kube-apiserver | dns:kubernetes.default.svc.cluster.local ip:10.32.0.1",
                "apiserver-kubelet-client | CN=kube-apiserver-kubelet-client |",
                "apiserver-etcd-client | CN=kube-apiserver-etcd-client |",
                "front-proxy-client | CN=front-proxy-client |",
                "controller-manager | CN=system:kube-controller-manager |",
                "scheduler | CN=system:kube-scheduler |",
                "controller-manager-server | CN=kube-controller-manager | dns:localhost ip:127.0.0.1",
                "scheduler-server | CN=kube-scheduler | dns:localhost ip:127.0.0.1",
                "kube-proxy | CN=system:kube-proxy,O=system:node-proxier |",
                "kubelet-client | CN=system:node:node-1,O=system:nodes |",
                "kubelet-server | CN=system:node:node-1,O=system:nodes | dns:node-1 ip:192.168.56.21",
                "admin | CN=kubernetes-admin,O=system:masters |",
                "flannel | CN=flannel |",
                "gateway | CN=clusterbox:gateway,O=system:masters |",
                "signer | CN=clusterbox:signer |",
                "user | CN=slack:ada,O=clusterbox:admins |",
                "api-client | CN=ada |",
            })
    void what_a_profile_is_for_is_approved(String profile, String subject, String names) {
        var identity = Identity.parse(subject, names == null ? List.of() : List.of(names.split(" ")));
        var approved =
                profiles.named(profile).approve(SigningRequest.parse(Csr.p256().der()), identity);

        assertEquals(identity, approved.identity());
    }

    @Test
    void every_profile_has_an_example_above() throws NoSuchMethodException {
        var examples = new TreeSet<String>();
        var source = ProfileTest.class
                .getDeclaredMethod("what_a_profile_is_for_is_approved", String.class, String.class, String.class)
                .getAnnotation(CsvSource.class);
        for (var example : source.value()) {
            examples.add(example.substring(0, example.indexOf(' ')));
        }

        assertEquals(profiles.names(), examples);
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "agent | CN=a | | profile-subject",
                "agent | CN=a,O=system:masters | | profile-subject",
                "agent | CN=a,O=clusterbox:agents,O=system:masters | | profile-subject",
                "agent | CN=a,O=clusterbox:agents | dns:a | profile-names",
                "agent | CN=system:node:a,O=clusterbox:agents | | profile-subject",
                "service | CN=gateway | dns:example.org | profile-names",
                "service | CN=gateway | dns:a.clusterbox.internal.example.org | profile-names",
                "service | CN=gateway | | profile-names",
                "etcd-client | CN=root,O=etcd | | profile-subject",
                "etcd-server | CN=root,O=etcd | dns:a | profile-subject",
                "etcd-peer | CN=root,O=etcd | dns:a | profile-subject",
                "apiserver | CN=system:admin | dns:a | profile-subject",
                "kubelet-server | CN=system:node:a,O=system:nodes | dns:kubernetes | profile-names",
                "kubelet-server | CN=system:node:a,O=system:nodes | dns:kubernetes.default.svc | profile-names",
                "user | CN=kube-apiserver-kubelet-client,O=clusterbox:admins | | profile-subject",
                "api-client | CN=flannel | | profile-subject",
                "kubelet-client | CN=system:node:,O=system:nodes | | profile-subject",
                "kubelet-client | CN=system:node:a,O=system:masters | | profile-subject",
                "kubelet-client | CN=system:kube-scheduler,O=system:nodes | | profile-subject",
                "scheduler | CN=systemXkube-scheduler | | profile-subject",
                "admin | CN=system:admin,O=system:masters | | profile-subject",
                "signer | CN=clusterbox:signer,O=system:masters | | profile-subject",
                "user | CN=ada,O=system:masters | | profile-subject",
                "user | CN=system:admin,O=clusterbox:admins | | profile-subject",
                "user | CN=clusterbox:signer,O=clusterbox:admins | | profile-subject",
                "api-client | CN=clusterbox:signer | | profile-subject",
                "api-client | CN=system:node:node-1 | | profile-subject",
                "api-client | CN=ada,O=system:masters | | profile-subject",
            })
    void an_identity_that_does_not_fit_is_refused(String profile, String subject, String names, String rule) {
        var identity = Identity.parse(subject, names == null ? List.of() : List.of(names.split(" ")));

        assertRefused(
                rule,
                () -> profiles.named(profile)
                        .approve(SigningRequest.parse(Csr.p256().der()), identity));
    }

    @Test
    void a_request_that_names_less_is_approved() {
        var identity = Identity.parse("CN=gateway", List.of("dns:gateway.clusterbox.internal", "ip:10.0.0.1"));
        var request = Csr.p256().dns("GATEWAY.clusterbox.internal").der();

        assertEquals(
                identity,
                profiles.named("service")
                        .approve(SigningRequest.parse(request), identity)
                        .identity());
    }

    @Test
    void a_request_that_names_something_else_is_refused() {
        var identity = Identity.parse("CN=gateway", List.of("dns:gateway.clusterbox.internal"));

        assertBeyond("approved-subject", identity, Csr.p256().subject("CN=other"));
        assertBeyond("approved-subject", identity, Csr.p256().subject("CN=gateway,O=system:masters"));
        assertBeyond("approved-subject", identity, Csr.p256().subject("O=gateway"));
        assertBeyond("approved-subject", identity, Csr.p256().subject("CN=Gateway"));
        assertBeyond("approved-names", identity, Csr.p256().dns("other.clusterbox.internal"));
        assertBeyond("approved-names", identity, Csr.p256().names(new GeneralName(GeneralName.iPAddress, "10.0.0.1")));
    }

    @Test
    void a_request_for_another_usage_is_refused() {
        var identity = Identity.parse("CN=a,O=clusterbox:agents", List.of());
        var csr = Csr.p256().extension(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));

        assertRefused(
                "profile-usage", () -> profiles.named("agent").approve(SigningRequest.parse(csr.der()), identity));
    }

    @Test
    void a_profile_is_for_one_kind_of_authority() {
        assertRefused(
                "profile-authority", () -> profiles.named("agent").requireAuthority(AuthorityName.parse("demo.etcd")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "x: 1",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, colour: red}",
                "x: {common-name: a, usages: [client], validity: 90d}",
                "x: {authority: other, common-name: a, usages: [client], validity: 90d}",
                "x: {authority: etcd, usages: [client], validity: 90d}",
                "x: {authority: etcd, common-name: '(', usages: [client], validity: 90d}",
                "x: {authority: etcd, common-name: '.*', usages: [client], validity: 90d}",
                "x: {authority: etcd, common-name: '.+', usages: [client], validity: 90d}",
                "x: {authority: kubernetes, common-name: '[a-z:-]+', usages: [client], validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: [], validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: [mail], validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: client, validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: [server], validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: [client], ip: true, validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: [server], ip: maybe, validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: [client]}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 367d}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 99999d}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 0d}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 3w}",
                "x: {authority: etcd, common-name: a, organizations: ['system:masters'], usages: [client], validity: 90d}",
                "X: {authority: etcd, common-name: a, usages: [client], validity: 90d}",
                "x: {authority: etcd, authority: etcd, common-name: a, usages: [client], validity: 90d}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, keys: []}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, keys: [DSA]}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, rsa-bits: 1024}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, rsa-bits: many}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, roles: []}",
                "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, roles: ['Root User']}",
                "x: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ['http://127.0.0.1/']]]]",
            })
    void a_file_with_a_mistake_is_refused(String yaml) {
        var e = assertThrows(RuntimeException.class, () -> Profiles.of(yaml));

        assertTrue(e.getMessage() != null && !(e instanceof NullPointerException), e::toString);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "the user system:admin | {authority: kubernetes, common-name: 'system:.*', usages: [client], validity: 8h}",
                "the user kube-apiserver | {authority: kubernetes, common-name: '[a-z-]+', usages: [client], validity: 8h}",
                "the user kube-apiserver | {authority: kubernetes, common-name: '[a-z-]+', organizations: ['system:nodes'], usages: [client], validity: 8h}",
                "the user root of etcd | {authority: etcd, common-name: '[a-z-]+', usages: [client], validity: 8h}",
                "a front proxy that | {authority: front-proxy, common-name: '[a-z-]+', usages: [client], validity: 8h}",
                "the group system:masters for | {authority: kubernetes, common-name: ada, organizations: ['system:masters'], usages: [client], validity: 8h, roles: [operator]}",
                "the group system:nodes with | {authority: kubernetes, common-name: 'attack.*', organizations: ['system:nodes'], usages: [client], validity: 8h}",
                "a foreign DNS name | {authority: installation, common-name: a, dns: '[a-z.]+', usages: [server], validity: 8h}",
                "a DNS name that only looks | {authority: installation, common-name: a, dns: '[a-z]+.clusterbox.internal.*', usages: [server], validity: 8h}",
                "an agent that plays | {authority: installation, common-name: a, organizations: ['clusterbox:agents'], dns: 'a', usages: [server], validity: 8h}",
                "a server that plays the API server | {authority: kubernetes, common-name: 'system:node:[a-z]+', organizations: ['system:nodes'], dns: '[a-z.]+', usages: [server], validity: 8h}",
            })
    void a_profile_that_an_attack_would_pass_is_refused_with_the_attacks_name(String attack, String profile) {
        var e = assertThrows(IllegalArgumentException.class, () -> Profiles.of("careless: " + profile));

        assertTrue(e.toString().contains("profile careless: it would let this attack through: " + attack), e::toString);
    }

    @Test
    void the_attacks_take_no_time_that_a_start_would_notice() {
        Profiles.of("x: {authority: etcd, common-name: a, usages: [client], validity: 90d}");
        var start = System.nanoTime();
        new Profiles("");

        assertTrue(System.nanoTime() - start < 500_000_000);
    }

    @Test
    void a_file_of_ones_own_takes_the_place_of_the_one_in_the_program(@TempDir Path folder) throws Exception {
        var file = folder.resolve("profiles.yaml");
        Files.writeString(file, "mine: {authority: etcd, common-name: a, usages: [client], validity: 90d}");

        assertEquals(Set.of("mine"), new Profiles(file.toString()).names());
        assertThrows(
                UncheckedIOException.class,
                () -> new Profiles(folder.resolve("none").toString()));
    }

    @Test
    void a_key_that_the_profile_does_not_name_is_refused() {
        var some = Profiles.of(
                        "x: {authority: etcd, common-name: a, usages: [client], validity: 90d, keys: [RSA], rsa-bits: 3072}")
                .named("x");
        var identity = Identity.parse("CN=a", List.of());

        assertRefused(
                "profile-key",
                () -> some.approve(SigningRequest.parse(Csr.p256().der()), identity));
        assertRefused(
                "profile-key",
                () -> some.approve(
                        SigningRequest.parse(Csr.with(Csr.RSA_2048)
                                .signedWith("SHA256withRSA")
                                .der()),
                        identity));
    }

    @Test
    void a_profile_is_for_certain_roles() {
        var problem = assertThrows(
                        ProblemException.class, () -> profiles.named("admin").requireRole("operator"))
                .problem();

        assertEquals(Code.FORBIDDEN, problem.code());
        assertEquals("profile-role: operator (expected: for profile admin: admin)", problem.message());
        profiles.named("admin").requireRole("admin");
        profiles.named("user").requireRole("operator");
    }

    @Test
    void a_profile_is_for_the_role_admin_if_it_does_not_say() {
        var plain = Profiles.of("x: {authority: etcd, common-name: a, usages: [client], validity: 90d}")
                .named("x");

        assertEquals(Set.of("admin"), plain.roles());
        assertEquals(Profile.Keys.ALL, plain.keys());
    }

    private void assertBeyond(String rule, Identity identity, Csr csr) {
        assertRefused(rule, () -> profiles.named("service").approve(SigningRequest.parse(csr.der()), identity));
    }

    private static void assertRefused(String rule, org.junit.jupiter.api.function.Executable approve) {
        var problem = assertThrows(ProblemException.class, approve).problem();

        assertTrue(problem.message().startsWith(rule + ": "), problem::message);
    }
}
