package dev.clusterbox.cluster;

import java.util.Arrays;

/** What a machine is in its cluster. */
public enum Role {
    LOAD_BALANCER("load-balancer", 10),
    CONTROLLER("controller", 11),
    NODE("node", 21);

    private final String label;
    private final int firstAddress;

    Role(String label, int firstAddress) {
        this.label = label;
        this.firstAddress = firstAddress;
    }

    /** As it is written in files and on the wire. */
    public String label() {
        return label;
    }

    /** Where this role's machines begin in the cluster's /24: .10, .11 and .21, as in the tutorial. */
    int firstAddress() {
        return firstAddress;
    }

    public static Role of(String label) {
        return Arrays.stream(values())
                .filter(role -> role.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("role: " + label));
    }
}
