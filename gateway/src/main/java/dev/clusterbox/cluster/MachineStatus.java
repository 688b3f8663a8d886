package dev.clusterbox.cluster;

import java.util.List;
import java.util.Map;

/** Looks at the machines of a cluster as they are now. */
public interface MachineStatus {

    /**
     * @param power STOPPED, STARTING, RUNNING; ABSENT where there is none, UNKNOWN where vm-service does not answer
     * @param agent CONNECTED, ENROLLED (but away) or AWAITED
     * @param enter the command by which root gets a shell in the machine; empty where that is not known
     */
    record Status(String power, String agent, List<String> enter) {}

    /** By host name; never waits for a service that is away. */
    Map<String, Status> of(Cluster cluster) throws InterruptedException;
}
