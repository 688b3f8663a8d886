package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.kubernetes.EtcdMembers;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.PkiClient;
import jakarta.inject.Singleton;
import java.util.Map;

/** Takes a controller that leaves out of etcd, if the others have a majority without it and while another one comes. */
@Singleton
final class LeaveEtcd implements Step {

    private final EtcdMembers etcd;
    private final PkiClient pki;

    LeaveEtcd(EtcdMembers etcd, PkiClient pki) {
        this.etcd = etcd;
        this.pki = pki;
    }

    @Override
    public String id() {
        return "leave-etcd";
    }

    @Override
    public String title() {
        return "Leave etcd";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var controllers = cluster.leaving(Role.CONTROLLER);
        if (controllers.isEmpty()) {
            progress.say("no controller leaves");
        }
        for (var controller : controllers) {
            if (hasBegun(cluster)) {
                leave(cluster, controller, progress);
            } else {
                progress.say("etcd has never run");
            }
        }
        return cluster;
    }

    /** Whoever has run etcd has a certificate for it. */
    private boolean hasBegun(Cluster cluster) throws InterruptedException {
        return !pki.certificates(cluster.authority("etcd"), Map.of("profile", "etcd-server"))
                .isEmpty();
    }

    private void leave(Cluster cluster, Node controller, Progress progress) throws InterruptedException {
        try {
            etcd.requireMajorityWithout(cluster, controller);
            etcd.remove(cluster, controller);
            progress.say(controller.hostName() + " is not a member any more");
        } catch (ProblemException e) {
            if (etcd.has(cluster, controller)) {
                throw new Undone(cluster.staying(), e.problem());
            }
            throw e;
        }
    }
}
