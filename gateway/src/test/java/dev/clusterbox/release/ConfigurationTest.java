package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.error.YAMLException;

/** Configuration files by themselves: known fields only, values of the right type, and no file that nobody puts there. */
final class ConfigurationTest {

    /** Where a release puts files of its own; all else belongs to the distribution or to the programs. */
    private static final Pattern OWN_PATH = Pattern.compile(
            "(?<![A-Za-z0-9._-])/(?:etc/(?:etcd|flannel|haproxy)|root/\\.kube|var/lib/(?:kubernetes|kubelet|kube-proxy))"
                    + "/[A-Za-z0-9._/-]+");

    static Stream<Rendered> yaml() {
        return Arrays.stream(Variant.values())
                .flatMap(Rendered::files)
                .filter(file -> file.path().endsWith(".yaml") || file.content().startsWith("apiVersion:"));
    }

    static Stream<Rendered> json() {
        return Arrays.stream(Variant.values())
                .flatMap(Rendered::files)
                .filter(file -> file.path().endsWith(".json"));
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void only_known_fields_are_used(Rendered file) throws IOException {
        var object = Yamls.one(file.content());
        if (file.fileName().equals("crictl.yaml")) {
            assertTrue(Types.CRICTL.containsAll(object.keySet()), object::toString);
        } else {
            assertEquals(List.of(), Types.read(file.line(), "configuration").problems(object));
        }
    }

    @Test
    void every_kind_of_configuration_is_compared() {
        var kinds = new TreeSet<String>();
        yaml().map(file -> Yamls.one(file.content()).get("kind")).forEach(kind -> kinds.add(String.valueOf(kind)));
        assertTrue(
                kinds.containsAll(Set.of(
                        "Config",
                        "EncryptionConfiguration",
                        "KubeProxyConfiguration",
                        "KubeSchedulerConfiguration",
                        "KubeletConfiguration",
                        "Policy")),
                kinds::toString);
    }

    @Test
    void what_is_wrong_is_found() throws IOException {
        var types = Types.read("1.36", "configuration");
        var kubelet = Yamls.one("""
                apiVersion: kubelet.config.k8s.io/v1beta1
                kind: KubeletConfiguration
                authentication: {anonymus: {enabled: false}, webhook: {enabled: "false"}}
                clusterDNS: 10.32.0.10
                evictionHard: {memory.available: 100}
                maxPods: "110"
                failCgroupV1: false
                """);

        assertEquals(
                List.of(
                        "KubeletConfiguration.authentication.anonymus is unknown",
                        "KubeletConfiguration.authentication.webhook.enabled: false (expected: bool)",
                        "KubeletConfiguration.clusterDNS: 10.32.0.10 (expected: []string)",
                        "KubeletConfiguration.evictionHard.memory.available: 100 (expected: string)",
                        "KubeletConfiguration.maxPods: 110 (expected: int)"),
                types.problems(kubelet));
        assertEquals(
                List.of("not a known kind: KubeSchedulerConfiguration kubescheduler.config.k8s.io/v1beta3"),
                types.problems(Map.of(
                        "kind", "KubeSchedulerConfiguration", "apiVersion", "kubescheduler.config.k8s.io/v1beta3")));
        assertThrows(YAMLException.class, () -> Yamls.one("kind: a\nkind: b\n"));
    }

    @ParameterizedTest
    @MethodSource("json")
    void json_is_json(Rendered file) throws JsonProcessingException {
        var json = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        assertTrue(json.readTree(file.content()).isObject());
    }

    @Test
    void there_is_json() {
        assertEquals(
                Set.of("net-conf.json"),
                new HashSet<>(json().map(Rendered::fileName).toList()));
    }

    /** Units, kubeconfigs and the rest name files of each other: a misspelt path would be noticed on the machine only. */
    @Test
    void every_file_that_is_named_is_put_there() {
        var releases = new Releases();
        var named = 0;
        for (var line : releases.lines()) {
            for (var host : Rendered.HOSTS) {
                var there = put(releases.get(line), host);
                for (var file :
                        Rendered.files(releases.get(line), Variant.USUAL, host).toList()) {
                    for (var path : OWN_PATH.matcher(file.content())
                            .results()
                            .map(MatchResult::group)
                            .toList()) {
                        assertTrue(there.contains(path), () -> "%s: %s is not put there".formatted(file, path));
                        named++;
                    }
                }
            }
        }
        assertTrue(named > 50, "paths are no longer found in files");
    }

    private static Set<String> put(Release release, String host) {
        var there = new HashSet<String>();
        for (var operation : Rendered.operations(release, Variant.USUAL, host)) {
            if (operation.hasWriteFile()) {
                there.add(operation.getWriteFile().getPath());
            }
            if (operation.hasMakeCertificate()) {
                there.addAll(files(operation));
            }
        }
        return there;
    }

    private static List<String> files(Operation operation) {
        var wish = operation.getMakeCertificate();
        return List.of(wish.getKeyPath(), wish.getCertificatePath(), wish.getAuthorityPath());
    }
}
