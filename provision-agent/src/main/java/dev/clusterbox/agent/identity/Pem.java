package dev.clusterbox.agent.identity;

import dev.clusterbox.problem.Problem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** Textual encodings (RFC 7468). */
public final class Pem {

    public static final String CERTIFICATE = "CERTIFICATE";
    public static final String PRIVATE_KEY = "PRIVATE KEY";
    public static final String REQUEST = "CERTIFICATE REQUEST";

    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (?<type>[A-Z0-9 ]+)-----(?<body>[A-Za-z0-9+/=\\s]*)-----END \\k<type>-----");

    private Pem() {}

    public static String encode(String type, byte[] der) {
        return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                .formatted(type, LINES.encodeToString(der))
                .replace("\r", "");
    }

    /** The blocks of that type, in their order; others are passed over. */
    public static List<byte[]> decode(String type, String text) {
        var blocks = new ArrayList<byte[]>();
        var block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group("type").equals(type)) {
                try {
                    blocks.add(Base64.getMimeDecoder().decode(block.group("body")));
                } catch (IllegalArgumentException e) {
                    throw notPem(type);
                }
            }
        }
        return blocks;
    }

    public static List<X509Certificate> certificates(String text) {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            var certificates = new ArrayList<X509Certificate>();
            for (var der : decode(CERTIFICATE, text)) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
            return certificates;
        } catch (CertificateException e) {
            throw notPem(CERTIFICATE);
        }
    }

    /** Exactly one. */
    public static X509Certificate certificate(String text) {
        var certificates = certificates(text);
        if (certificates.size() != 1) {
            throw Problem.invalid("%d certificates (expected: 1, as PEM)".formatted(certificates.size()), "")
                    .asException();
        }
        return certificates.getFirst();
    }

    private static RuntimeException notPem(String type) {
        return Problem.invalid("not a PEM block of type " + type, "").asException();
    }
}
