package dev.clusterbox.machine;

/** Whether a machine runs. Starting ends when its first process runs, which is before its services do. */
public enum PowerState {
    STOPPED,
    STARTING,
    RUNNING
}
