package dev.clusterbox.command;

/** What a person may do; each includes those before it. */
public enum Role {
    /** See what there is. */
    VIEWER,
    /** Make, repair and test clusters, and use them. */
    OPERATOR,
    /** Remove clusters, and take over what others have locked. */
    ADMIN;

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
