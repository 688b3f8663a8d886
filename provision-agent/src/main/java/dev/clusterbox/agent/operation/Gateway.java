package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.identity.CertificateChain;
import java.io.IOException;
import java.io.OutputStream;
import java.security.cert.X509Certificate;

/** What operations ask of the gateway. */
public interface Gateway {

    record Signed(CertificateChain chain, X509Certificate authority) {}

    /** The same request gets the same certificate, so that a lost answer can be asked for again. */
    Signed sign(String profile, byte[] request) throws InterruptedException;

    /** Whoever calls checks what came. */
    void fetch(Sha256 artifact, OutputStream to) throws IOException, InterruptedException;
}
