package dev.clusterbox.seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.ProblemException;
import java.io.StringReader;
import java.time.Instant;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SeedTest {

    private static final String PEM = "-----BEGIN CERTIFICATE-----\nMIIB+/=\nAAAA\n-----END CERTIFICATE-----\n";
    private static final String TOKEN = "0123456789abcdef==";

    private static Seed seed(String token, String gateway, String authority) {
        return new Seed(UUID.randomUUID(), token, gateway, authority, "node-1", Ipv4.parse("192.168.56.21"));
    }

    @Test
    void properties_give_back_what_went_in() throws Exception {
        var seed = seed(TOKEN, "192.168.56.1:8443", PEM);
        var read = new Properties();
        read.load(new StringReader(seed.asProperties(Instant.parse("2026-01-02T03:04:05Z"), "shared")));

        assertEquals(seed.machine().toString(), read.getProperty("machine"));
        assertEquals("node-1", read.getProperty("hostname"));
        assertEquals("192.168.56.21", read.getProperty("address"));
        assertEquals("192.168.56.1:8443", read.getProperty("gateway"));
        assertEquals(TOKEN, read.getProperty("token"));
        assertEquals(PEM.strip(), read.getProperty("authority"));
        assertEquals("2026-01-02T03:04:05Z", read.getProperty("time"));
        assertEquals("shared", read.getProperty("kernel"));
        assertEquals(8, read.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "0123456789abcdef\nkernel=own",
                "0123456789 abcdef0123",
                "0123456789abcdef\\",
                "é0123456789abcdef"
            })
    void a_token_cannot_say_more_than_a_token(String token) {
        var e = assertThrows(ProblemException.class, () -> seed(token, "192.168.56.1:8443", PEM));

        assertFalse(e.problem().message().contains(token), "a token is in no message");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.168.56.1", "192.168.56.1:", "h:0", "h:123456", "-h:1", "h:1\nx=y", "a b:1", ":8443"})
    void a_gateway_is_a_host_and_a_port(String gateway) {
        assertThrows(ProblemException.class, () -> seed(TOKEN, gateway, PEM));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "MIIB",
                "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
                "-----BEGIN CERTIFICATE-----\nMIIB\nkernel=\\u006fwn:\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\nx=y"
            })
    void an_authority_is_a_certificate_and_nothing_else(String authority) {
        assertThrows(ProblemException.class, () -> seed(TOKEN, "192.168.56.1:8443", authority));
    }

    @Test
    void the_token_is_not_in_the_seeds_text() {
        assertFalse(seed(TOKEN, "192.168.56.1:8443", PEM).toString().contains(TOKEN));
    }
}
