package dev.clusterbox.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.clusterbox.fixture.Installation;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** What agents are shown by the gateway. */
final class AgentListenersTest {

    /** Looks at certificates, and judges none. */
    private static final class Onlooker implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static BigInteger shown(String listener) throws IOException, GeneralSecurityException {
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new Onlooker()}, null);
        try (var socket = (SSLSocket) tls.getSocketFactory().createSocket()) {
            var address = URI.create("tls://" + listener);
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), 5_000);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }

    @Test
    void a_gateway_that_runs_for_long_renews_its_certificate_without_closing() throws Exception {
        try (var contact = new FirstContact()) {
            var listeners = contact.installation.bean(AgentListeners.class);
            var listener = contact.installation.agents(FirstContact.HOST);
            var first = shown(listener);

            contact.clock.putForward(Duration.ofDays(30));
            listeners.renewIfOpen();
            assertEquals(first, shown(listener), "not due yet");

            contact.clock.putForward(Duration.ofDays(61));
            listeners.renewIfOpen();
            assertNotEquals(first, shown(listener), "two thirds of 90 days are over");
        }
    }

    @Test
    void one_address_for_all_clusters_is_opened_once_and_stays() throws Exception {
        try (var installation = Installation.start(Map.of("clusterbox.agents.address", "127.0.0.9"))) {
            var listeners = installation.bean(AgentListeners.class);
            var one = installation.agents("127.0.0.9");

            assertEquals(one, listeners.endpoint("192.168.56.1"));
            listeners.open("192.168.56.1");
            listeners.open("192.168.57.1");
            var first = shown(one);
            listeners.close("192.168.56.1");

            assertEquals(first, shown(one), "the other cluster's agents go on");
        }
    }

    @Test
    void the_loopback_where_agents_of_other_computers_are_brought_is_shared_by_clusters() throws Exception {
        try (var contact = new FirstContact()) {
            var listeners = contact.installation.bean(AgentListeners.class);
            var loopback = contact.installation.agents("127.0.0.1");
            listeners.open("127.0.0.1");
            listeners.open("127.0.0.1");
            var first = shown(loopback);
            listeners.close("127.0.0.1");

            assertEquals(first, shown(loopback), "the other cluster's agents go on");
        }
    }
}
