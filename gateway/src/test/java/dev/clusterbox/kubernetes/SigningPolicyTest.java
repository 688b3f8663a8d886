package dev.clusterbox.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.kubernetes.SigningPolicy.Decision;
import dev.clusterbox.kubernetes.SigningPolicy.Deny;
import dev.clusterbox.kubernetes.SigningPolicy.Sign;
import dev.clusterbox.kubernetes.SigningPolicy.Wait;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** node-1 is 192.168.26.21 and Clusterbox has made it; "guest" is 192.168.26.99 and has joined by hand. */
final class SigningPolicyTest {

    private static final Cluster CLUSTER = Clusters.tutorial();
    private static final Map<String, List<String>> JOINED =
            Map.of("node-1", List.of("192.168.26.21"), "guest", List.of("192.168.26.99"));

    private static final Set<String> CLIENT = Set.of("digital signature", "client auth");
    private static final Set<String> SERVER = Set.of("digital signature", "key encipherment", "server auth");

    private static SigningRequest request(
            String signer, String requester, Set<String> groups, Set<String> usages, String commonName) {
        var nodes = commonName.startsWith("system:node:");
        return new SigningRequest(
                signer,
                requester,
                groups,
                usages,
                false,
                commonName,
                nodes ? List.of("system:nodes") : List.of(),
                true,
                List.of(),
                new SigningRequest.Der(FreshKey.make().request()));
    }

    private static SigningRequest renewal(String node) {
        var name = "system:node:" + node;
        return request(SigningPolicy.KUBELET_CLIENT, name, Set.of("system:nodes"), CLIENT, name);
    }

    private static SigningRequest join(String node) {
        var groups = Set.of("system:bootstrappers");
        return request(SigningPolicy.KUBELET_CLIENT, "system:bootstrap:abc", groups, CLIENT, "system:node:" + node);
    }

    private static SigningRequest serving(String node, String... names) {
        var name = "system:node:" + node;
        return withNames(request(SigningPolicy.KUBELET_SERVING, name, Set.of("system:nodes"), SERVER, name), names);
    }

    private static SigningRequest user(String commonName) {
        return approved(request(SigningPolicy.CLIENT, "ada", Set.of(), Set.of("client auth"), commonName));
    }

    private static SigningRequest withNames(SigningRequest r, String... names) {
        return new SigningRequest(
                r.signer(),
                r.requester(),
                r.groups(),
                r.usages(),
                r.approved(),
                r.commonName(),
                r.organizations(),
                r.plainSubject(),
                List.of(names),
                r.der());
    }

    private static SigningRequest approved(SigningRequest r) {
        return new SigningRequest(
                r.signer(),
                r.requester(),
                r.groups(),
                r.usages(),
                true,
                r.commonName(),
                r.organizations(),
                r.plainSubject(),
                r.names(),
                r.der());
    }

    private static SigningRequest of(SigningRequest r, String... organizations) {
        return new SigningRequest(
                r.signer(),
                r.requester(),
                r.groups(),
                r.usages(),
                r.approved(),
                r.commonName(),
                List.of(organizations),
                r.plainSubject(),
                r.names(),
                r.der());
    }

    private static SigningRequest by(SigningRequest r, String requester, String... groups) {
        return new SigningRequest(
                r.signer(),
                requester,
                Set.of(groups),
                r.usages(),
                r.approved(),
                r.commonName(),
                r.organizations(),
                r.plainSubject(),
                r.names(),
                r.der());
    }

    private static SigningRequest using(SigningRequest r, String... usages) {
        return new SigningRequest(
                r.signer(),
                r.requester(),
                r.groups(),
                Set.of(usages),
                r.approved(),
                r.commonName(),
                r.organizations(),
                r.plainSubject(),
                r.names(),
                r.der());
    }

    private static Decision decide(SigningRequest request) {
        return new SigningPolicy(CLUSTER, JOINED).decide(request);
    }

    private static void assertDenied(SigningRequest request) {
        assertInstanceOf(Deny.class, decide(request));
    }

    private static void assertLeft(SigningRequest request) {
        assertInstanceOf(Wait.class, decide(request));
    }

    @Test
    void a_node_renews_its_client_certificate() {
        var sign = assertInstanceOf(Sign.class, decide(renewal("node-1")));

        assertTrue(sign.approve());
        assertEquals("kubelet-client", sign.profile());
        assertEquals("CN=system:node:node-1,O=system:nodes", sign.subject());
    }

    @Test
    void a_node_that_joined_by_hand_renews_its_client_certificate() {
        assertInstanceOf(Sign.class, decide(renewal("guest")));
    }

    @Test
    void a_node_that_was_removed_does_not() {
        assertLeft(renewal("former"));
    }

    @Test
    void nobody_else_gets_a_certificate_in_the_name_of_a_node_of_the_inventory() {
        assertDenied(join("node-1"));
        assertDenied(approved(join("node-1")));
        assertDenied(by(renewal("node-1"), "system:node:node-2", "system:nodes"));
        assertDenied(by(renewal("node-1"), "system:node:node-1", "system:authenticated"));
    }

    @Test
    void a_node_cannot_take_the_name_of_a_controller() {
        assertDenied(approved(join("controller-1")));
        assertDenied(renewal("controller-1"));
        assertDenied(approved(join("haproxy")));
    }

    @Test
    void a_new_node_waits_for_a_person() {
        assertLeft(join("new"));

        var sign = assertInstanceOf(Sign.class, decide(approved(join("new"))));
        assertEquals("CN=system:node:new,O=system:nodes", sign.subject());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kubernetes",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "localhost",
                "x.svc",
                "a b",
                "UPPER",
                "",
                "a,O=system:masters"
            })
    void a_new_node_has_a_name_of_its_own(String name) {
        assertLeft(approved(join(name)));
    }

    @Test
    void a_client_certificate_of_a_node_is_just_that() {
        assertDenied(using(renewal("node-1"), "digital signature", "client auth", "server auth"));
        assertDenied(using(renewal("node-1"), "digital signature"));
        assertDenied(of(renewal("node-1"), "system:masters"));
        assertDenied(of(renewal("node-1"), "system:nodes", "system:masters"));
        assertDenied(of(renewal("node-1")));
        assertDenied(withNames(renewal("node-1"), "dns:node-1"));
    }

    @Test
    void a_node_gets_a_serving_certificate_for_its_own_name_and_address() {
        var sign = assertInstanceOf(Sign.class, decide(serving("node-1", "ip:192.168.26.21", "dns:node-1")));

        assertEquals("kubelet-server", sign.profile());
        assertEquals(List.of("dns:node-1", "ip:192.168.26.21"), sign.names());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip:192.168.26.10",
                "ip:192.168.26.22",
                "ip:127.0.0.1",
                "dns:node-2",
                "dns:kubernetes",
                "dns:*.cluster.local",
                "dns:node-1.evil.example",
                "other:1",
                "other:6"
            })
    void a_node_of_the_inventory_that_asks_for_another_name_is_denied(String name) {
        assertDenied(serving("node-1", "dns:node-1", "ip:192.168.26.21", name));
    }

    @Test
    void a_serving_certificate_wants_the_node_itself_and_a_name() {
        assertDenied(serving("node-1"));
        assertDenied(by(serving("node-1", "dns:node-1"), "admin", "system:masters"));
        assertDenied(approved(by(serving("node-1", "dns:node-1"), "system:node:node-2", "system:nodes")));
        assertDenied(using(serving("node-1", "dns:node-1"), "digital signature", "client auth"));
        assertDenied(using(serving("node-1", "dns:node-1"), "server auth", "digital signature", "cert sign"));
    }

    @Test
    void a_node_that_joined_by_hand_may_have_the_address_that_kubernetes_knows() {
        assertInstanceOf(Sign.class, decide(serving("guest", "dns:guest", "ip:192.168.26.99")));
        assertLeft(serving("guest", "dns:guest", "ip:192.168.26.98"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.168.26.10",
                "192.168.26.11",
                "192.168.26.1",
                "192.168.26.98",
                "10.32.0.1",
                "300.1.1.1",
                "::1",
                ""
            })
    void what_it_reports_of_itself_gives_it_no_address_of_others(String reported) {
        var joined = Map.of("guest", List.of(reported), "neighbour", List.of("192.168.26.98"));

        assertInstanceOf(
                Wait.class, new SigningPolicy(CLUSTER, joined).decide(serving("guest", "dns:guest", "ip:" + reported)));
    }

    @Test
    void a_user_that_a_person_has_approved_gets_a_certificate() {
        var sign = assertInstanceOf(Sign.class, decide(user("ada")));

        assertEquals("api-client", sign.profile());
        assertEquals("CN=ada", sign.subject());
    }

    @Test
    void a_user_that_nobody_has_approved_waits() {
        assertLeft(request(SigningPolicy.CLIENT, "ada", Set.of("system:masters"), Set.of("client auth"), "ada"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "system:admin",
                "system:kube-controller-manager",
                "system:node:node-1",
                "System:admin",
                "clusterbox:signer",
                "clusterbox:gateway",
                "flannel",
                "kube-apiserver-kubelet-client",
                "",
                "a,O=system:masters",
                "a\nb"
            })
    void no_approval_makes_somebody_a_part_of_the_system(String commonName) {
        assertLeft(of(user(commonName)));
    }

    @Test
    void no_approval_puts_a_user_into_a_group() {
        assertLeft(of(user("ada"), "system:masters"));
        assertLeft(of(user("ada"), "developers"));
    }

    @Test
    void a_user_is_no_server() {
        assertLeft(using(user("ada"), "client auth", "server auth"));
        assertLeft(withNames(user("ada"), "dns:kubernetes"));
    }

    @Test
    void other_signers_are_left_alone() {
        assertLeft(approved(request("example.com/mine", "ada", Set.of(), Set.of("client auth"), "ada")));
        assertLeft(approved(request("kubernetes.io/legacy-unknown", "ada", Set.of(), CLIENT, "system:node:node-1")));
    }
}
