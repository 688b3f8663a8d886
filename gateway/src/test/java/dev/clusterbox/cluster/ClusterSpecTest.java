package dev.clusterbox.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.http.MediaType;
import io.micronaut.json.JsonMapper;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be asked for, and what is refused with what was expected. */
final class ClusterSpecTest {

    private static final Optional<MediaType> YAML = Optional.of(MediaType.of("application/yaml"));
    private static final Optional<MediaType> JSON = Optional.of(MediaType.APPLICATION_JSON_TYPE);

    private final ClusterBody bodies = new ClusterBody(JsonMapper.createDefault());

    @Test
    void nothing_said_is_the_tutorials_cluster() {
        var spec = bodies.read("{}", JSON).spec(Optional.empty());

        var cluster =
                Cluster.requested(spec, new Random(1), Instant.EPOCH).in(Subnet.parse("subnet", "192.168.26.0/24"));
        assertEquals(
                "haproxy=192.168.26.10 controller-1=192.168.26.11 controller-2=192.168.26.12 controller-3=192.168.26.13"
                        + " node-1=192.168.26.21 node-2=192.168.26.22 node-3=192.168.26.23",
                String.join(
                        " ",
                        cluster.nodes().stream()
                                .map(node -> node.hostName() + "=" + node.address())
                                .toList()));
        assertTrue(spec.memoryMiB() < 16 * 1024, "seven machines fit 16 GB");
    }

    @Test
    void what_is_not_said_of_a_cluster_that_is_there_stays_as_it_is() {
        var first = bodies.read("name: demo\nnodes: 1\nnode: {memoryMiB: 1024}", YAML)
                .spec(Optional.empty());
        var there = Cluster.requested(first, new Random(1), Instant.EPOCH);

        assertEquals(first, bodies.read("name: demo", YAML).spec(Optional.of(there)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: ''",
                "name: Demo",
                "name: 1demo",
                "name: demo-",
                "name: a234567890123456789012345678901",
                "name: '../../etc'",
                "name: \"demo\\n\"",
                "controllers: 0",
                "controllers: 2",
                "controllers: 9",
                "nodes: -1",
                "nodes: 201",
                "node: {cpus: 0}",
                "node: {memoryMiB: 64}",
                "subnet: 192.168.56.0/16",
                "subnet: 192.168.56.0/25",
                "subnet: 192.168.56.1/24",
                "subnet: 192.168.256.0/24",
                "subnet: nonsense",
                "subnet: 10.244.3.0/24",
                "subnet: 10.32.0.0/24",
                "podCidr: 10.244.0.0/30",
                "serviceCidr: 10.32.0.0/30",
                "podCidr: 10.0.0.0/8",
                "serviceCidr: 10.244.5.0/24"
            })
    void bad_values_are_refused(String yaml) {
        var e = assertThrows(
                ProblemException.class, () -> bodies.read(yaml, YAML).spec(Optional.empty()));

        assertEquals(Code.INVALID, e.problem().code());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"nam\": \"demo\"}|nam",
                "{\"nodes\": \"many\"}|nodes",
                "{\"nodes\": 1.5}|1.5",
                "[1]|",
                "{|",
                "null|expected: an object",
                "{\"node\": 3}|node. is not an object",
                "{\"name\": [1]}|a text",
                "{\"nodes\": 99999999999}|a whole number",
                "''|empty",
                "{\"node\": {\"disk\": 1}}|disk"
            })
    void bad_json_is_refused_with_what_is_wrong(String json, String expected) {
        var e = assertThrows(ProblemException.class, () -> bodies.read(json, JSON));

        assertEquals(Code.INVALID, e.problem().code());
        assertTrue(
                expected == null || e.problem().message().contains(expected),
                e.problem().message());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!javax.script.ScriptEngineManager [!!java.net.URL [\"http://127.0.0.1/\"]]",
                "name: a\nname: b",
                "- demo",
                "a: &a [x]\nb: *a\nname: demo",
                "name: {{{{{{{{{{{{a: b}}}}}}}}}}}}",
                "name: [unclosed"
            })
    void yaml_can_only_be_plain_values(String yaml) {
        var e = assertThrows(ProblemException.class, () -> bodies.read(yaml, YAML));

        assertEquals(Code.INVALID, e.problem().code());
    }

    @Test
    void ranges_overlap_when_they_share_an_address() {
        var small = Subnet.parse("a", "192.168.56.0/24");
        assertTrue(small.overlaps(Subnet.parse("b", "192.168.0.0/16")));
        assertTrue(Subnet.parse("b", "0.0.0.0/0").overlaps(small));
        assertEquals("192.168.57.0/24", small.next(1).toString());
        assertEquals("192.168.56.254", small.address(254));
        assertEquals(false, small.overlaps(small.next(1)));
    }
}
