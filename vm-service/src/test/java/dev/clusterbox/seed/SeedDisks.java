package dev.clusterbox.seed;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.HardwareAddress;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.rest.SshPublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A seed disk that is right. */
public final class SeedDisks {

    static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINmVmYhFarCzlFUb/9PeglascjSRw1QYVN7+Fa7ic0md ada@example.com";

    static final Seed SEED = new Seed(
            UUID.fromString("6f0c7f2e-3a55-4d4f-9d7b-0c8f5c1d2e3f"),
            "0123456789abcdef==",
            "192.168.56.1:8443",
            "-----BEGIN CERTIFICATE-----\nMIIB+/=\nAAAA\n-----END CERTIFICATE-----\n",
            "node-1",
            Ipv4.parse("192.168.56.21"),
            Optional.of(new SshPublicKey(KEY)));

    static final Cidr NETWORK = Cidr.parse("192.168.56.0/24");
    static final HardwareAddress NAT = HardwareAddress.parse("080027000001");
    static final HardwareAddress HOST_ONLY = HardwareAddress.parse("080027000002");

    public static final SeedDisk DISK =
            new SeedDisk(SEED, NETWORK, NAT, HOST_ONLY, Map.of("haproxy", Ipv4.parse("192.168.56.10")));

    private SeedDisks() {}
}
