package dev.clusterbox.cluster;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.clusterbox.operation.Trouble;
import io.micronaut.serde.annotation.Serdeable;

/** Where a cluster is in its life, for people: steps look at the world, not at this. */
@Serdeable
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ClusterState.Requested.class, name = "REQUESTED"),
    @JsonSubTypes.Type(value = ClusterState.Provisioning.class, name = "PROVISIONING"),
    @JsonSubTypes.Type(value = ClusterState.Reached.class, name = "REACHED"),
    @JsonSubTypes.Type(value = ClusterState.Ready.class, name = "READY"),
    @JsonSubTypes.Type(value = ClusterState.Failed.class, name = "FAILED"),
    @JsonSubTypes.Type(value = ClusterState.Stopping.class, name = "STOPPING"),
    @JsonSubTypes.Type(value = ClusterState.Stopped.class, name = "STOPPED"),
    @JsonSubTypes.Type(value = ClusterState.Removing.class, name = "REMOVING"),
})
public sealed interface ClusterState {

    @Serdeable
    record Requested() implements ClusterState {}

    @Serdeable
    record Provisioning(String step, int done, int total) implements ClusterState {}

    /** Everything up to this step is there, and no more was asked for. */
    @Serdeable
    record Reached(String step) implements ClusterState {}

    /** Everything is there. */
    @Serdeable
    record Ready(String apiServer) implements ClusterState {}

    @Serdeable
    record Failed(String step, Trouble problem) implements ClusterState {}

    @Serdeable
    record Stopping(String step, int done, int total) implements ClusterState {}

    /** All machines are off, and have all that was on them. */
    @Serdeable
    record Stopped() implements ClusterState {}

    @Serdeable
    record Removing(String step, int done, int total) implements ClusterState {}
}
