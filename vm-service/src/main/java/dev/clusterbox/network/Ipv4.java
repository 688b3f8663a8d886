package dev.clusterbox.network;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.regex.Pattern;

/** An IPv4 address. Read without a resolver, and in one notation only: {@code 010.0.0.1} is refused. */
@Serdeable
public record Ipv4(int bits) implements Comparable<Ipv4> {

    private static final Pattern NOTATION =
            Pattern.compile("(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Ipv4 parse(String text) {
        var match = NOTATION.matcher(text);
        if (!match.matches()) {
            throw refused(text);
        }
        int bits = 0;
        for (int group = 1; group <= 4; group++) {
            int octet = Integer.parseInt(match.group(group));
            if (octet > 255) {
                throw refused(text);
            }
            bits = bits << 8 | octet;
        }
        return new Ipv4(bits);
    }

    private static RuntimeException refused(String text) {
        return Problem.invalid("address: '%s' (expected: an IPv4 address such as 192.168.56.11)".formatted(text), "")
                .asException();
    }

    @Override
    public int compareTo(Ipv4 other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @JsonValue
    @Override
    public String toString() {
        return "%d.%d.%d.%d".formatted(bits >>> 24, bits >>> 16 & 255, bits >>> 8 & 255, bits & 255);
    }
}
