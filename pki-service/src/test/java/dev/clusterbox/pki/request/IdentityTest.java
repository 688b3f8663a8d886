package dev.clusterbox.pki.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.authority.AuthorityName;
import dev.clusterbox.problem.ProblemException;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdentityTest {

    @Test
    void a_subject_reads_the_same_in_its_certificate() throws Exception {
        var text = "CN=system:node:node-1,O=system:nodes,O=other group";

        assertEquals(text, Subject.parse(text).toString());
        assertEquals(
                text, new X500Principal(Subject.parse(text).encoded().getEncoded()).getName(X500Principal.RFC2253));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "CN",
                "CN=",
                "=a",
                "CN=a,",
                ",CN=a",
                "O=a",
                "CN=a,CN=b",
                "CN=a,OU=b",
                "CN=a+O=b",
                "CN=\"a\"",
                "CN=a\\,O=b",
                "CN=#04024869",
                "CN=a;O=b",
                "CN=a\nO=b",
                "CN=a\0",
                "CN= a",
                "CN=a ",
                "CN=\u0430",
                "CN=a,O=b,O=b",
                "2.5.4.3=a",
                "CN=a,O=1,O=2,O=3,O=4,O=5,O=6,O=7,O=8,O=9",
            })
    void a_subject_that_is_not_plain_is_refused(String text) {
        var problem =
                assertThrows(ProblemException.class, () -> Subject.parse(text)).problem();

        assertTrue(problem.message().matches("subject-(syntax|attributes|text): [ -~]*"), problem::message);
    }

    @ParameterizedTest
    @CsvSource({
        "dns:Node-1.Example,dns:node-1.example",
        "dns:localhost,dns:localhost",
        "dns:1password.example,dns:1password.example",
        "ip:192.168.56.11,ip:192.168.56.11",
        "ip:127.0.0.1,ip:127.0.0.1",
        "ip:::1,ip:::1",
        "ip:2001:DB8:0:0:0:0:0:1,ip:2001:db8::1",
        "ip:2001:db8:0:0:1:0:0:1,ip:2001:db8::1:0:0:1",
        "ip:2001:db8:0:1:1:1:1:1,ip:2001:db8:0:1:1:1:1:1",
        "ip:fd00::,ip:fd00::",
    })
    void a_name_has_one_form(String text, String form) {
        var name = AlternativeName.parse(text);

        assertEquals(form, name.toString());
        assertEquals(name, AlternativeName.parse(form));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dns",
                "dns:",
                "ip:",
                "a.example",
                "DNS:a",
                "uri:http://a",
                "email:a@b",
                "dns:*",
                "dns:*.a",
                "dns:a.*",
                "dns:a,ip:1.2.3.4",
                "dns:10.0.0.1",
                "ip:a",
                "ip:1",
                "ip:1.2.3",
                "ip:1.2.3.256",
                "ip:0x7f.0.0.1",
                "ip:1.2.3.4/24",
                "ip:fe80::1%eth0",
                "ip:[::1]",
                "ip:::ffff:1.2.3.4",
                "ip:::ffff:102:304",
                "ip:::",
                "ip:0.0.0.0",
                "ip:255.255.255.255",
                "ip:224.0.0.1",
                "ip:ff02::1",
                "ip:1::2::3",
                "ip::",
                "ip:1.2.3.4 ",
                "dns:a\n",
                "dns:a\u0430",
            })
    void a_name_that_is_none_is_refused(String text) {
        var problem = assertThrows(ProblemException.class, () -> AlternativeName.parse(text))
                .problem();

        assertTrue(problem.message().matches("(name-types|dns-name|ip-address|no-wildcard): [ -~]*"), problem::message);
    }

    @Test
    void equal_names_count_once() {
        var identity = Identity.parse("CN=a", List.of("dns:a", "dns:A", "ip:::1", "ip:0:0:0:0:0:0:0:1"));

        assertEquals(List.of("dns:a", "ip:::1"), identity.nameTexts());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "installation.etcd.x",
                "Installation",
                "demo",
                "demo.",
                ".etcd",
                "demo.installation",
                "demo.other",
                "-a.etcd",
                "a/b.etcd",
                "../etc.etcd",
                "a.b.etcd",
                "a\n.etcd",
            })
    void an_authority_that_cannot_be_is_refused(String name) {
        assertThrows(ProblemException.class, () -> AuthorityName.parse(name));
    }

    @Test
    void an_authority_is_the_installations_or_a_clusters() {
        for (var name : List.of("installation", "demo-3f9a2c1b.kubernetes", "d.etcd", "1.front-proxy")) {
            assertEquals(name, AuthorityName.parse(name).toString());
        }
    }
}
