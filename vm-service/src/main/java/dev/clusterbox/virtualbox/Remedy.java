package dev.clusterbox.virtualbox;

/** What can be done about a failure without asking anybody, because it touches nothing but what Clusterbox has made. */
enum Remedy {
    /** A person must act. */
    NONE,
    /** What was asked for is so already. */
    FINE,
    /** The same again, a few times. */
    RETRY,
    /** Make the host-only interface of a network of ours anew, with its address. */
    RENEW_INTERFACE,
    /** Remove the DHCP server of a network of ours. */
    REMOVE_DHCP_SERVER,
    /** Have VirtualBox forget a medium in our folder whose file is gone. */
    CLOSE_LOST_MEDIUM,
    /** Remove what is left of a machine in our folder that VirtualBox does not know. */
    REMOVE_LEFTOVERS,
    /** Have VirtualBox forget a machine in our folder whose settings are gone. */
    UNREGISTER_INACCESSIBLE
}
