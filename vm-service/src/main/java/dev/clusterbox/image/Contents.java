package dev.clusterbox.image;

import java.util.List;
import java.util.stream.Stream;

/** What every image has in it, whoever makes it: packages of the distribution, and what of them does not start by itself. */
public final class Contents {

    static final List<String> SYSTEM =
            List.of("systemd", "systemd-sysv", "dbus", "iproute2", "iputils-ping", "procps", "kmod", "ca-certificates");

    static final List<String> CLUSTER = List.of("haproxy", "etcd-server", "etcd-client");

    /** What Kubernetes asks of a node. */
    static final List<String> NODE = List.of(
            "containerd",
            "runc",
            "containernetworking-plugins",
            "iptables",
            "nftables",
            "ebtables",
            "ipset",
            "conntrack",
            "socat");

    /** The cluster's programs start when a cluster says so, with its configuration. */
    public static final List<String> UNITS_OF_THE_CLUSTER =
            List.of("haproxy.service", "etcd.service", "etcd2.service", "containerd.service");

    /** The distribution's packages. */
    public static final List<String> PACKAGES =
            Stream.of(SYSTEM, CLUSTER, NODE).flatMap(List::stream).toList();

    private Contents() {}
}
