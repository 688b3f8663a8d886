package dev.clusterbox.agent.link;

import dev.clusterbox.agent.identity.GatewayAddress;
import dev.clusterbox.agent.identity.Identity;
import dev.clusterbox.agent.identity.IdentityStore;
import dev.clusterbox.agent.identity.MachineClock;
import dev.clusterbox.agent.identity.Seed;
import dev.clusterbox.agent.operation.Machine;
import dev.clusterbox.agent.operation.OperationParser;
import dev.clusterbox.agent.operation.Operations;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.agent.v1.Hello;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLException;

/** The agent's life: enrol, attend, and after every end begin again. */
public final class Link {

    private static final Logger LOG = Logger.getLogger(Link.class.getName());
    private static final Duration RENEWAL_RETRY = Duration.ofMinutes(1);

    private final Path root;
    private final CommandRunner commands;
    private final MachineClock clock;
    private final IdentityStore identities;
    private final Hello hello;
    private final Work work;
    private final Backoff backoff;

    private String lastProblem = "";

    /** Set when the gateway did not accept our certificate: then a token, if there is an unspent one, is tried. */
    private boolean refused;

    public Link(Path root, CommandRunner commands, MachineClock clock, OperationParser parser, Hello hello) {
        this.root = root;
        this.commands = commands;
        this.clock = clock;
        this.identities = new IdentityStore(root);
        this.hello = hello;
        this.work = new Work(parser);
        this.backoff = new Backoff(new Random());
    }

    /** Until the thread is interrupted. */
    public void run() throws InterruptedException {
        while (true) {
            try {
                session();
            } catch (ProblemException e) {
                log(e.problem());
                refused = isRefusal(e);
            } catch (IOException e) {
                log(Problem.failed("the agent's files: " + e, ""));
            } catch (RuntimeException e) {
                LOG.log(Level.SEVERE, "a bug ended the session", e);
            }
            Thread.sleep(backoff.next());
        }
    }

    /** By the gateway's word, or already by TLS. */
    private static boolean isRefusal(ProblemException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return true;
            }
        }
        return e.problem().code() == Code.UNAUTHENTICATED || e.problem().code() == Code.FORBIDDEN;
    }

    /** The seed is read again each time: one that was planted meanwhile helps. */
    private void session() throws IOException, InterruptedException {
        var seed = Seed.read(root);
        var identity = identity(seed);
        var address = seed.map(Seed::gateway).orElse(identity.gateway());
        try (var gateway = GatewayClient.as(identity, address)) {
            var machine = new Machine(root, identity.sharedKernel(), clock);
            var operations = new Operations(machine, commands, gateway);
            var renewal = new Renewal(identity, gateway);
            new Attendance(gateway, operations, work, clock)
                    .run(hello, identity.renewal(), renewal::run, this::attended);
        }
    }

    private void attended() {
        backoff.reset();
        lastProblem = "";
    }

    private Identity identity(Optional<Seed> seed) throws IOException, InterruptedException {
        var stored = identities
                .read()
                .filter(identity -> seed.map(s -> isOf(identity, s)).orElse(true));
        if (stored.isEmpty()) {
            return enrol(seed.orElseThrow(() -> Problem.unavailable(
                            "this machine is not enrolled and has no seed", "plant a seed at /var/lib/clusterbox")
                    .asException()));
        }
        var identity = stored.get();
        clock.atLeast(identity.chain().leaf().getNotBefore().toInstant(), identity.sharedKernel());
        boolean expired = identity.chain().isExpired(clock.instant());
        if ((expired || refused) && seed.isPresent() && hasUnspentToken(seed.get(), identity)) {
            return enrol(seed.get());
        }
        return expired ? enrolAgain(identity, seed.map(Seed::gateway).orElse(identity.gateway())) : identity;
    }

    /** Another machine's disk, or another installation's machine, has to enrol. */
    private static boolean isOf(Identity identity, Seed seed) {
        return identity.machine().equals(seed.machine()) && identity.authority().equals(seed.authority());
    }

    private static boolean hasUnspentToken(Seed seed, Identity identity) {
        return !seed.tokenDigest().equals(identity.spentToken());
    }

    private Identity enrol(Seed seed) throws IOException, InterruptedException {
        clock.atLeast(seed.time(), seed.sharedKernel());
        var key = identities.keyFor(seed);
        try (var gateway = GatewayClient.beforeEnrolment(seed)) {
            var identity = identities.enrolled(seed, key, gateway.enrol(seed, key));
            LOG.info("enrolled as " + identity);
            backoff.reset();
            return identity;
        }
    }

    private Identity enrolAgain(Identity identity, GatewayAddress address) throws IOException, InterruptedException {
        var next = identities.nextKey(identity);
        try (var gateway = GatewayClient.withoutCertificate(identity, address)) {
            var renewed = identities.renewed(identity, next, gateway.enrolAgain(identity, next));
            LOG.info("enrolled again after a long sleep as " + renewed);
            backoff.reset();
            return renewed;
        }
    }

    /** A gateway that is away is no news each time. */
    private void log(Problem problem) {
        var text = problem.toString();
        if (!text.equals(lastProblem)) {
            LOG.warning(text + "; trying again until it works");
            lastProblem = text;
        }
    }

    /** The certificate after this one is got at two thirds of its life, and used from the next connection on. */
    private final class Renewal {

        private final GatewayClient gateway;
        private Identity identity;

        Renewal(Identity identity, GatewayClient gateway) {
            this.identity = identity;
            this.gateway = gateway;
        }

        Instant run() throws InterruptedException {
            try {
                var next = identities.nextKey(identity);
                var signed = gateway.sign("agent", next.request());
                identity = identities.renewed(identity, next, signed.chain());
                LOG.info("renewed the agent's certificate: " + identity);
                return identity.renewal();
            } catch (ProblemException | IOException e) {
                LOG.warning("the agent's certificate could not be renewed: " + e.getMessage());
                return clock.instant().plus(retryPause());
            }
        }

        /** Short lives have short pauses. */
        private Duration retryPause() {
            var left = Duration.between(
                            identity.renewal(),
                            identity.chain().leaf().getNotAfter().toInstant())
                    .dividedBy(10);
            return left.compareTo(RENEWAL_RETRY) > 0 ? RENEWAL_RETRY : left;
        }
    }
}
