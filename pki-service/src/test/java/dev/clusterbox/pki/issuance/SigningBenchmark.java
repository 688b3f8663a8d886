package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.inventory.SerialNumbers;
import dev.clusterbox.pki.lint.Lint;
import dev.clusterbox.pki.profile.Profiles;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.SigningRequest;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What a certificate costs in one thread, without HTTP and the database. {@code bench/pki-signing} runs it. */
final class SigningBenchmark {

    private static final int WARM_UP_SECONDS = 10;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final RunningPki pki;

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
        perSecond(authority, csr, WARM_UP_SECONDS, true);
        double whole = perSecond(authority, csr, seconds, true);
        double withoutLint = perSecond(authority, csr, seconds, false);
        System.out.printf("%-44s %9.0f/s   without the second look %.0f/s%n", text, whole, withoutLint);
    }

    /** In a second of the processor, which is what {@code openssl speed} counts too. */
    private double perSecond(CertificateAuthority authority, byte[] csr, int seconds, boolean looksAgain) {
        var end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        var begun = THREADS.getCurrentThreadCpuTime();
        int made = 0;
        while (System.nanoTime() < end) {
            make(authority, csr, looksAgain);
            made++;
        }
        return made / ((THREADS.getCurrentThreadCpuTime() - begun) / 1e9);
    }

    private void make(CertificateAuthority authority, byte[] csr, boolean looksAgain) {
        var profile = pki.bean(Profiles.class).named("etcd-server");
        var identity = Identity.parse("CN=controller-1,O=etcd", List.of("dns:controller-1", "ip:192.168.56.11"));
        var approved = profile.approve(SigningRequest.parse(csr), identity);
        var serial = pki.bean(SerialNumbers.class).next();
        var from = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var to = from.plus(profile.validity());
        var certificate = Der.of(pki.bean(LeafWriter.class).leaf(authority, approved, serial, from, to));
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
