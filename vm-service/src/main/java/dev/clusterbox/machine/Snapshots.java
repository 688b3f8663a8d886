package dev.clusterbox.machine;

import java.util.List;
import java.util.UUID;

/** What a provider can do whose machines have their whole state in one place. {@code SnapshotsContract} tests what is promised. */
public interface Snapshots {

    /** Lets a running machine stand still, in memory. One that stands still is fine. */
    Machine pause(MachineName name) throws InterruptedException;

    /** Lets a paused machine go on. One that runs is fine. */
    Machine resume(MachineName name) throws InterruptedException;

    /** Writes a running machine's memory to the disk and ends it; starting it goes on from there. */
    Machine save(MachineName name) throws InterruptedException;

    /** Takes one, whether the machine runs or not. What is outside of the machine of its seed is not in it: it is gone. */
    void take(MachineName name, Snapshot snapshot) throws InterruptedException;

    /** Those taken here, the oldest first. */
    List<Snapshot> taken(MachineName name) throws InterruptedException;

    /** Ends the machine and makes it what it was. One that ran then is {@link PowerState#SAVED}: starting it goes on from there. */
    Machine restore(MachineName name, UUID snapshot) throws InterruptedException;

    /** Forgets one; the machine stays as it is. One that is not there is fine. */
    void forget(MachineName name, UUID snapshot) throws InterruptedException;
}
