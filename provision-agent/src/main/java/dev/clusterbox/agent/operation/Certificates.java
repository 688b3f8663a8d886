package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.identity.CertificateChain;
import dev.clusterbox.agent.identity.KeyAndRequest;
import dev.clusterbox.agent.identity.Pem;
import dev.clusterbox.agent.operation.Operation.MakeCertificate;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** Certificates for what runs on this machine. The key is made here and stays here. */
final class Certificates {

    private final Machine machine;
    private final Gateway gateway;

    Certificates(Machine machine, Gateway gateway) {
        this.machine = machine;
        this.gateway = gateway;
    }

    Plan make(MakeCertificate wanted) throws IOException {
        if (wanted.trustOnly()) {
            return trust(wanted);
        }
        var reasons = reasonsToMake(wanted);
        if (reasons.isEmpty()) {
            return repair(wanted);
        }
        return new Needed(
                "made %s: %s".formatted(wanted.certificate(), String.join(", ", reasons)),
                typed(wanted),
                () -> issue(wanted));
    }

    /** Before anybody shows a certificate of a new authority, everybody has to trust it. */
    private Plan trust(MakeCertificate wanted) throws IOException {
        if (!Files.isRegularFile(wanted.certificate().in(machine.root()), LinkOption.NOFOLLOW_LINKS)) {
            return new Satisfied("there is no %s yet".formatted(wanted.certificate()));
        }
        var pem = wanted.wish().trustedPem();
        return trusts(wanted, pem)
                ? new Satisfied(wanted.authority() + " is as wanted")
                : new Needed(
                        "wrote %s: %d to be trusted"
                                .formatted(
                                        wanted.authority(),
                                        wanted.wish().trusted().size()),
                        "# write the authorities to %s".formatted(wanted.authority()),
                        () -> write(wanted.authority(), pem, Mode.PUBLIC, Owner.ROOT));
    }

    private boolean trusts(MakeCertificate wanted, String pem) throws IOException {
        var authority = wanted.authority().in(machine.root());
        return Files.isRegularFile(authority, LinkOption.NOFOLLOW_LINKS)
                && Files.readString(authority).equals(pem);
    }

    private List<String> reasonsToMake(MakeCertificate wanted) throws IOException {
        var key = wanted.key().in(machine.root());
        var certificate = wanted.certificate().in(machine.root());
        if (!Files.isRegularFile(key, LinkOption.NOFOLLOW_LINKS)
                || !Files.isRegularFile(certificate, LinkOption.NOFOLLOW_LINKS)) {
            return List.of("it was not there");
        }
        try {
            var chain = CertificateChain.parse(Files.readString(certificate));
            var keys = Pem.decode(Pem.PRIVATE_KEY, Files.readString(key));
            if (keys.size() != 1 || !chain.isFor(KeyAndRequest.privateKey(keys.getFirst()))) {
                return List.of("it did not belong to the key");
            }
            return wanted.wish().unmetBy(chain, machine.clock().instant());
        } catch (ProblemException | IllegalArgumentException e) {
            return List.of("it could not be read");
        }
    }

    /** The certificate is right; the files around it may not be. */
    private Plan repair(MakeCertificate wanted) throws IOException {
        var key = wanted.key().in(machine.root());
        var pem = wanted.wish().trustedPem();
        boolean keyIsRight = Mode.of(key).equals(Mode.PRIVATE) && wanted.owner().owns(key);
        boolean authorityIsRight = trusts(wanted, pem);
        if (keyIsRight && authorityIsRight) {
            return new Satisfied(wanted.certificate() + " is as wanted");
        }
        return new Needed(
                "put owner, mode or authority of %s right".formatted(wanted.certificate()),
                "chown %s %s && chmod %s %s".formatted(wanted.owner(), wanted.key(), Mode.PRIVATE, wanted.key()),
                () -> {
                    wanted.owner().give(key);
                    Mode.PRIVATE.set(key);
                    write(wanted.authority(), pem, Mode.PUBLIC, Owner.ROOT);
                });
    }

    private void issue(MakeCertificate wanted) throws IOException, InterruptedException {
        // Wrong owners and links are found before the authority signs anything.
        wanted.key().prepared(machine.root());
        wanted.certificate().prepared(machine.root());
        wanted.authority().prepared(machine.root());
        var wish = wanted.wish();
        var pending = pending(wanted);
        Files.createDirectories(pending.getParent());
        var key = KeyAndRequest.storedAt(pending, wish.subject().getName(), List.copyOf(wish.names()));
        var signed = gateway.sign(wish.profile(), key.request());
        var unmet = wish.unmetBy(signed.chain(), machine.clock().instant());
        if (!unmet.isEmpty() || !key.isOf(signed.chain())) {
            Files.deleteIfExists(pending);
            throw Problem.failed(
                            "the gateway signed another certificate than wanted for %s: %s"
                                    .formatted(wanted.certificate(), unmet.isEmpty() ? "not our key" : unmet),
                            "compare the profile '%s' with the wanted subject and names".formatted(wish.profile()))
                    .asException();
        }
        write(wanted.key(), key.keyPem(), Mode.PRIVATE, wanted.owner());
        write(wanted.authority(), wish.trustedPem(), Mode.PUBLIC, Owner.ROOT);
        // Last: until it is there, the next run sees a key without its certificate and finishes with the same request.
        write(wanted.certificate(), signed.chain().toPem(), Mode.PUBLIC, Owner.ROOT);
        Files.deleteIfExists(pending);
    }

    private void write(Target target, String pem, Mode mode, Owner owner) throws IOException {
        var path = target.prepared(machine.root());
        PlainFiles.refuseFolder(path, target);
        StagedFile.write(path, pem.getBytes(StandardCharsets.US_ASCII), mode, owner);
    }

    private Path pending(MakeCertificate wanted) {
        var wish = wanted.wish();
        var what = String.join(
                "\n",
                wish.profile(),
                wish.subject().getName(),
                wish.names().toString(),
                CertificateChain.encode(wish.authority()),
                wanted.key().toString());
        return machine.state().resolve("pending").resolve(Sha256.of(what).hex());
    }

    private static String typed(MakeCertificate wanted) {
        var names = wanted.wish().names().stream()
                .map(name -> name.replaceFirst("^dns:", "DNS:").replaceFirst("^ip:", "IP:"))
                .toList();
        var extension = names.isEmpty() ? "" : " -addext 'subjectAltName=%s'".formatted(String.join(",", names));
        return """
                openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/%s' %s-keyout %s -out %s.csr
                # sign %s.csr with the authority (profile %s), write the answer to %s\
                """.formatted(
                        wanted.wish().subject().getName().replace(",", "/").replace("'", ""),
                        extension.isEmpty() ? "" : extension.strip() + " ",
                        wanted.key(),
                        wanted.key(),
                        wanted.key(),
                        wanted.wish().profile(),
                        wanted.certificate());
    }
}
