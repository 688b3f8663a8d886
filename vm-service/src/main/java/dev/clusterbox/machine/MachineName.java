package dev.clusterbox.machine;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.regex.Pattern;

/** The name of a machine, {@code <cluster>-<host name>}. Whatever it names (a folder, a virtual machine), it is safe there. */
@Serdeable
public record MachineName(String text) {

    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9]([a-z0-9-]{0,125}[a-z0-9])?");

    public MachineName {
        if (!ALLOWED.matcher(text).matches()) {
            throw Problem.invalid(
                            "machine: '%s' (expected: lower case letters, digits and hyphens, such as demo-controller-1)"
                                    .formatted(text),
                            "")
                    .asException();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static MachineName parse(String text) {
        return new MachineName(text);
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
