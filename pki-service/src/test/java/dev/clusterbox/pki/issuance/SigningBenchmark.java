package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.RunningPki;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What a certificate costs in one thread, without HTTP and the database. {@code bench/pki-signing} runs it. */
final class SigningBenchmark {

    private static final int WARM_UP_SECONDS = 5;

    private final RunningPki pki;
    private final SecureRandom random = new SecureRandom();

    private SigningBenchmark(RunningPki pki) {
        this.pki = pki;
    }

    /** @param arguments for how many seconds each */
    public static void main(String[] arguments) throws Exception {
        var state = Files.createTempDirectory("clusterbox-bench");
        try (var pki = RunningPki.on(state)) {
            var benchmark = new SigningBenchmark(pki);
            int seconds = Integer.parseInt(arguments[0]);
            benchmark.run("P-256", "ec-p256", Csr.p256().der(), seconds);
            benchmark.run(
                    "RSA 2048",
                    "rsa-2048",
                    Csr.with(Csr.RSA_2048).signedWith("SHA256withRSA").der(),
                    seconds);
        } finally {
            delete(state);
        }
    }

    private void run(String text, String keyType, byte[] csr, int seconds) throws Exception {
        var name = keyType + ".etcd";
        pki.client().put("/v1/authorities/%s?keyType=%s".formatted(name, keyType));
        var authority = pki.bean(CertificateAuthorities.class).named(name);
        perSecond(authority, csr, WARM_UP_SECONDS);
        double whole = perSecond(authority, csr, seconds);
        double withoutLint = perSecond(authority, csr, seconds, false);
        System.out.printf("%-44s %9.0f/s   without the second look %.0f/s%n", text, whole, withoutLint);
    }

    private double perSecond(CertificateAuthority authority, byte[] csr, int seconds) {
        return perSecond(authority, csr, seconds, true);
    }

    private double perSecond(CertificateAuthority authority, byte[] csr, int seconds, boolean looksAgain) {
        var begun = System.nanoTime();
        var end = begun + Duration.ofSeconds(seconds).toNanos();
        int made = 0;
        while (System.nanoTime() < end) {
            make(authority, csr, looksAgain);
            made++;
        }
        return made / ((System.nanoTime() - begun) / 1e9);
    }

    private void make(CertificateAuthority authority, byte[] csr, boolean looksAgain) {
        var profile = pki.bean(Profiles.class).named("etcd-server");
        var identity = Identity.parse("CN=controller-1,O=etcd", List.of("dns:controller-1", "ip:192.168.56.11"));
        var approved = profile.approve(SigningRequest.parse(csr), identity);
        var serial = Issuer.serial(random);
        var from = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var to = from.plus(profile.validity());
        var certificate = Issuer.encoded(pki.bean(LeafWriter.class).leaf(authority, approved, serial, from, to));
        if (looksAgain) {
            pki.bean(Lint.class).check(certificate, new Lint.Expected(authority, approved, serial, from, to));
        }
    }

    private static void delete(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            for (var file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
