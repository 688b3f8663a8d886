package dev.clusterbox.machine;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;
import java.util.stream.Stream;

/** What a machine is for in its cluster. A node gets what containers need. */
@Serdeable
public enum Role {
    LOAD_BALANCER,
    CONTROLLER,
    NODE;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Role parse(String text) {
        return Stream.of(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                                "role: '%s' (expected: load-balancer, controller or node)".formatted(text), "")
                        .asException());
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
