package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a release applies to its clusters. */
final class AddonsTest {

    static Stream<Rendered> addons() {
        return Rendered.addons(Variant.USUAL);
    }

    private static Stream<Map<?, ?>> objects(String kind) {
        return addons().flatMap(addon -> Yamls.all(addon.content()).stream())
                .filter(object -> kind.equals(object.get("kind")));
    }

    /** Empty where there is nothing. */
    private static Object at(Object object, String... path) {
        var here = object;
        for (var name : path) {
            var inner = here instanceof Map<?, ?> map ? map.get(name) : null;
            here = inner == null ? "" : inner;
        }
        return here;
    }

    @ParameterizedTest
    @MethodSource("addons")
    void only_known_fields_are_used(Rendered addon) throws IOException {
        var types = Types.read(addon.line(), "objects");
        var objects = Yamls.all(addon.content());
        assertFalse(objects.isEmpty());
        for (var object : objects) {
            assertEquals(List.of(), types.problems(object));
        }
    }

    @Test
    void an_object_is_there_once() {
        var names = addons().flatMap(addon -> Yamls.all(addon.content()).stream())
                .map(object -> object.get("kind") + " " + at(object, "metadata", "namespace") + " "
                        + at(object, "metadata", "name"))
                .toList();
        assertEquals(List.copyOf(new LinkedHashSet<>(names)), names);
    }

    @Test
    void dns_answers_where_kubelet_tells_pods_to_ask() {
        var kubelet = Rendered.files(Variant.USUAL)
                .filter(file -> file.path().equals("/var/lib/kubelet/config.yaml"))
                .findFirst()
                .orElseThrow();
        var services = objects("Service").toList();

        assertEquals(
                Yamls.one(kubelet.content()).get("clusterDNS"),
                services.stream()
                        .map(service -> at(service, "spec", "clusterIP"))
                        .toList());
    }

    @Test
    void dns_knows_the_domain_of_the_cluster() {
        var corefiles = objects("ConfigMap")
                .map(map -> at(map, "data", "Corefile").toString())
                .toList();

        assertEquals(1, corefiles.size());
        assertTrue(corefiles.getFirst().contains("kubernetes cluster.local "), corefiles::toString);
    }

    /** Who has rights by name needs a certificate of that name; what begins with "clusterbox:" is the gateway's to give. */
    @Test
    void whoever_is_bound_is_certified() {
        var certified = Rendered.HOSTS.stream()
                .flatMap(host -> Rendered.operations(new Releases().get("1.36"), Variant.USUAL, host).stream())
                .filter(Operation::hasMakeCertificate)
                .map(operation -> operation.getMakeCertificate().getSubject().replaceAll("^CN=([^,]+).*", "$1"))
                .toList();
        var users = objects("ClusterRoleBinding")
                .flatMap(binding -> ((List<?>) at(binding, "subjects")).stream())
                .filter(subject -> at(subject, "kind").equals("User"))
                .map(subject -> at(subject, "name").toString())
                .filter(name -> !name.startsWith("clusterbox:"))
                .toList();

        assertTrue(users.contains("kube-apiserver-kubelet-client"), users::toString);
        assertTrue(certified.containsAll(users), () -> users + " of " + certified);
    }

    /** A service without pods, or pods without their rights, come up and do nothing. */
    @Test
    void parts_fit_together() {
        for (var service : objects("Service").toList()) {
            var selector = at(service, "spec", "selector");
            assertTrue(
                    objects("Deployment")
                            .anyMatch(pods ->
                                    at(pods, "spec", "template", "metadata", "labels") instanceof Map<?, ?> labels
                                            && selector instanceof Map<?, ?> wanted
                                            && labels.entrySet().containsAll(wanted.entrySet())),
                    () -> "nothing behind " + service);
        }
        var accounts = objects("ServiceAccount")
                .map(account -> at(account, "metadata", "name"))
                .toList();
        for (var pods : objects("Deployment").toList()) {
            var account = at(pods, "spec", "template", "spec", "serviceAccountName");
            assertTrue(accounts.contains(account), () -> "no service account " + account);
        }
        var roles =
                objects("ClusterRole").map(role -> at(role, "metadata", "name")).toList();
        for (var binding : objects("ClusterRoleBinding").toList()) {
            var role = at(binding, "roleRef", "name").toString();
            assertTrue(roles.contains(role) || role.equals("cluster-admin"), role);
        }
    }
}
