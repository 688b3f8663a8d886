package dev.clusterbox.machine;

/** Whether a machine runs. Starting ends when its first process runs, which is before its services do. */
public enum PowerState {
    STOPPED,
    STARTING,
    RUNNING,
    /** It stands still, in memory. */
    PAUSED,
    /** It stands still, on the disk: starting it goes on from there. */
    SAVED
}
