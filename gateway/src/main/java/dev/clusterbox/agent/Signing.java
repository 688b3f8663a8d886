package dev.clusterbox.agent;

import dev.clusterbox.agent.AgentPeer.Peer;
import dev.clusterbox.agent.v1.SignRequest;
import dev.clusterbox.agent.v1.SignResponse;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.csr.SignedRequest;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.release.Releases;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Identity;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Certificates for machines: what one may have is looked up in the release by the machine's role, never asked of it. */
@Singleton
final class Signing {

    private static final Logger LOG = LoggerFactory.getLogger(Signing.class);

    private final ClusterStore clusters;
    private final MachineStore machines;
    private final Releases releases;
    private final Enrolment enrolment;
    private final GatewayIdentity identity;
    private final PkiClient pki;

    Signing(
            ClusterStore clusters,
            MachineStore machines,
            Releases releases,
            Enrolment enrolment,
            GatewayIdentity identity,
            PkiClient pki) {
        this.clusters = clusters;
        this.machines = machines;
        this.releases = releases;
        this.enrolment = enrolment;
        this.identity = identity;
        this.pki = pki;
    }

    SignResponse sign(Peer peer, SignRequest request) throws InterruptedException {
        try {
            return signed(peer, request);
        } catch (ProblemException e) {
            LOG.warn(
                    "a certificate '{}' for {} of {} refused: {}",
                    Agents.shown(request.getProfile()),
                    peer.machine().hostName(),
                    peer.machine().cluster(),
                    e.problem());
            throw e;
        }
    }

    private SignResponse signed(Peer peer, SignRequest request) throws InterruptedException {
        var machine = peer.machine();
        var csr = SignedRequest.parse(request.getCsr());
        if (request.getProfile().equals("agent")) {
            var chain = enrolment.sign(machine, csr);
            machines.rekey(machine.id(), peer.key(), csr.publicKey(), chain);
            return SignResponse.newBuilder()
                    .setCertificateChain(chain)
                    .setAuthority(identity.authorityPem())
                    .build();
        }
        var cluster = clusters.find(machine.cluster())
                .orElseThrow(() -> Problem.notFound("there is no cluster '%s'".formatted(machine.cluster()))
                        .asException());
        var node = cluster.node(machine.hostName());
        var right = releases.get(cluster.spec().kubernetes())
                .certificate(request.getProfile(), cluster, node)
                .orElseThrow(() -> new Problem(
                                Code.FORBIDDEN,
                                "a %s may not have a certificate '%s'"
                                        .formatted(node.role().label(), Agents.shown(request.getProfile())),
                                "")
                        .asException());
        var certificate = pki.sign(
                new Identity(right.authority(), right.profile(), right.subject(), right.names()),
                csr.der().toByteArray(),
                "agent " + cluster.machineName(node));
        return SignResponse.newBuilder()
                .setCertificateChain(certificate.chain())
                .setAuthority(certificate.authorityCertificate())
                .build();
    }
}
