package dev.clusterbox.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.Addon;
import dev.clusterbox.problem.ProblemException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ManifestTest {

    private static List<Manifest> parse(String yaml) {
        return Manifest.parse(new Addon("test", yaml));
    }

    @Test
    void documents_are_told_apart() {
        var manifests = parse("""
                # a remark is no document
                ---
                {apiVersion: v1, kind: Namespace, metadata: {name: a}}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: b, namespace: a}
                """);

        assertEquals(
                List.of("Namespace a", "Deployment a/b"),
                manifests.stream().map(Manifest::shown).toList());
        assertEquals(2, manifests.getLast().document());
        assertTrue(manifests.getFirst().isNamespace());
    }

    @Test
    void a_list_stands_for_what_is_in_it() {
        var manifests = parse("""
                apiVersion: v1
                kind: List
                items:
                  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
                  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
                """);

        assertEquals(List.of("a", "b"), manifests.stream().map(Manifest::name).toList());
    }

    @Test
    void scalars_are_read_as_kubectl_reads_them() {
        var data = parse("""
                apiVersion: v1
                kind: Thing
                metadata: {name: a}
                data: {mode: 0644, ports: 22:22, day: 2024-01-01, on: yes, version: 1.10, 8080: web, text: "0644"}
                """).getFirst().content().get("data");

        assertEquals(
                Map.of(
                        "mode",
                        420,
                        "ports",
                        "22:22",
                        "day",
                        "2024-01-01",
                        "true",
                        true,
                        "version",
                        1.1,
                        "8080",
                        "web",
                        "text",
                        "0644"),
                data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind: [",
                "just text",
                "a: 1",
                "{apiVersion: v1, metadata: {name: a}}",
                "{apiVersion: v1, kind: Pod}",
                "{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}",
                "{apiVersion: v1, apiVersion: v1, kind: Pod, metadata: {name: a}}",
                "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ['http://127.0.0.1/']]]]",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, data: !!binary aGFsbG8=}"
            })
    void what_is_no_object_is_refused_by_add_on_and_document(String yaml) {
        var e = assertThrows(
                ProblemException.class,
                () -> parse("{apiVersion: v1, kind: ConfigMap, metadata: {name: first}}\n---\n" + yaml));

        assertTrue(
                e.problem().message().startsWith("add-on 'test', document 2: "),
                e.problem().message());
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 60})
    void aliases_that_multiply_are_refused(int levels) {
        var bomb = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < levels; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        bomb.append("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");

        assertThrows(ProblemException.class, () -> parse(bomb.toString()));
    }

    @Test
    void a_text_that_refers_to_itself_is_refused() {
        assertThrows(
                ProblemException.class, () -> parse("{apiVersion: v1, kind: Pod, metadata: {name: a}, data: &a [*a]}"));
    }
}
