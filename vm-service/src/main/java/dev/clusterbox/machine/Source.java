package dev.clusterbox.machine;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.clusterbox.network.Ipv4;
import io.micronaut.serde.annotation.Serdeable;

/** From which address the gateway will see a machine. */
@Serdeable
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Source.Stated.class, name = "STATED"),
    @JsonSubTypes.Type(value = Source.Hidden.class, name = "HIDDEN")
})
public sealed interface Source {

    /** Its own address: a connection from another one is not it. */
    @Serdeable
    record Stated(Ipv4 address) implements Source {}

    /** Behind a translation of addresses, so that nothing can be said. */
    @Serdeable
    record Hidden() implements Source {}
}
