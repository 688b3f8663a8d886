package dev.clusterbox.agent;

import dev.clusterbox.agent.MachineStore.MachineRecord;
import dev.clusterbox.agent.v1.EnrolRequest;
import dev.clusterbox.csr.SignedRequest;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Identity;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import dev.clusterbox.storage.Secrets;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * First contact: a token for a certificate. The token belongs to one machine, expires, and is spent by the first key shown:
 * the same key gets the same certificate until its first {@code Attend}, because an answer that is lost must not cost a
 * machine; another key gets nothing.
 */
@Singleton
final class Enrolment {

    private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);

    private static final String AUTHORITY = "installation";
    private static final String PROFILE = "agent";

    private final Database database;
    private final MachineStore machines;
    private final ExpiredAgents expired;
    private final HiddenMachines hidden;
    private final PkiClient pki;
    private final InstantSource clock;

    Enrolment(
            Database database,
            MachineStore machines,
            ExpiredAgents expired,
            HiddenMachines hidden,
            PkiClient pki,
            InstantSource clock) {
        this.database = database;
        this.machines = machines;
        this.expired = expired;
        this.hidden = hidden;
        this.pki = pki;
        this.clock = clock;
    }

    /**
     * Returns the machine's certificate chain.
     *
     * @param from the address the request came from
     */
    String enrol(EnrolRequest request, String from) throws InterruptedException {
        try {
            var csr = SignedRequest.parse(request.getCsr());
            return switch (request.getProofCase()) {
                case TOKEN -> byToken(request.getMachine(), request.getToken(), csr, from);
                case EXPIRED -> byExpired(request, csr, from);
                case PROOF_NOT_SET ->
                    throw Problem.invalid("no proof (expected: a token or an expired certificate)", "")
                            .asException();
            };
        } catch (ProblemException e) {
            LOG.warn("enrolment of '{}' from {} refused: {}", printable(request.getMachine()), from, e.problem());
            throw e;
        }
    }

    private String byToken(String machineId, String token, SignedRequest csr, String from) throws InterruptedException {
        var claim = new Claim(machineId, Secrets.hash(token), csr.publicKey(), from);
        var known = database.transaction(t -> require(t, claim)).machine;
        if (known.sourceAddress().isEmpty()) {
            hidden.requireRunning(known);
        }
        var machine = admit(claim);
        if (machine.chain().isPresent()) {
            return machine.chain().get();
        }
        var chain = sign(machine, csr);
        machines.saveChain(machineId, csr.publicKey(), chain);
        LOG.info("{} of {} has enrolled from {}", machine.hostName(), machine.cluster(), from);
        return chain;
    }

    private record Claim(String machineId, String tokenHash, String publicKey, String from) {}

    private record Admitted(MachineRecord machine, boolean spent) {}

    /** Looks and spends in one transaction: of two keys that come at once, one wins. */
    private MachineRecord admit(Claim claim) {
        return database.transaction(t -> {
            var admitted = require(t, claim);
            if (admitted.spent) {
                return admitted.machine;
            }
            machines.spend(t, claim.tokenHash, claim.machineId, claim.publicKey);
            return machines.find(t, claim.machineId).orElseThrow();
        });
    }

    /** Changes nothing. Either the token is unspent, or it was spent by this key, which is still the machine's. */
    private Admitted require(Transaction t, Claim claim) throws SQLException {
        var token = machines.token(t, claim.tokenHash).orElseThrow(() -> refused("the token is not known"));
        var machine = machines.find(t, claim.machineId).orElseThrow(() -> refused("the machine is not known"));
        if (!token.machine().equals(claim.machineId)) {
            throw refused("the token is another machine's");
        }
        requireAddress(machine, claim.from);
        boolean spent = token.spentBy().isPresent();
        if (spent) {
            var key = Optional.of(claim.publicKey);
            if (!token.spentBy().equals(key) || !machine.publicKey().equals(key)) {
                throw refused("the token was used with another key");
            }
        } else if (token.expiresAt().isBefore(clock.instant())) {
            throw refused("the token has expired");
        }
        return new Admitted(machine, spent);
    }

    private static void requireAddress(MachineRecord machine, String from) {
        var stated = machine.sourceAddress();
        if (stated.isPresent() && !stated.get().equals(from)) {
            throw refused("from %s (expected: %s)".formatted(from, stated.get()));
        }
    }

    private String byExpired(EnrolRequest request, SignedRequest csr, String from) throws InterruptedException {
        var machine = machines.find(request.getMachine()).orElseThrow(() -> refused("the machine is not known"));
        requireAddress(machine, from);
        var shown =
                expired.require(machine, request.getExpired(), request.getCsr().toByteArray());
        var chain = sign(machine, csr);
        machines.rekey(machine.id(), shown, csr.publicKey(), chain);
        LOG.info("{} of {} has come back with an expired certificate", machine.hostName(), machine.cluster());
        return chain;
    }

    /** Has a certificate made for a machine's agent; also when it renews its own. */
    String sign(MachineRecord machine, SignedRequest csr) throws InterruptedException {
        var identity = new Identity(AUTHORITY, PROFILE, subject(machine.id()), List.of());
        return pki.sign(identity, csr.der().toByteArray(), "agent " + machine.id())
                .chain();
    }

    static String subject(String machineId) {
        return "CN=%s,O=clusterbox:agents".formatted(machineId);
    }

    private static ProblemException refused(String why) {
        return new Problem(Code.FORBIDDEN, why, "plant a new seed: './clusterbox up' does").asException();
    }

    private static String printable(String text) {
        var shown = text.replaceAll("[^\\x20-\\x7e]", "?");
        return shown.length() > 40 ? shown.substring(0, 40) + "…" : shown;
    }
}
