package dev.clusterbox.gateway;

import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import okio.BufferedSource;

/** Reads an event stream (WHATWG HTML, 9.2): what is cut off in the middle of an event never happened. */
final class ServerSentEvents {

    private static final long LONGEST_LINE = 1 << 20;

    /** One event, of which the gateway says again in {@code data} what type it is. */
    record Frame(OptionalLong id, String data) {}

    private final BufferedSource source;

    ServerSentEvents(BufferedSource source) {
        this.source = source;
    }

    /** Returns the next event, or nothing where the stream ends. */
    Optional<Frame> next() throws IOException {
        var id = OptionalLong.empty();
        var data = new StringBuilder();
        while (true) {
            if (source.exhausted()) {
                return Optional.empty();
            }
            String line;
            try {
                line = source.readUtf8LineStrict(LONGEST_LINE);
            } catch (EOFException e) {
                if (source.getBuffer().size() > LONGEST_LINE) {
                    throw new IOException("a line of more than %d bytes".formatted(LONGEST_LINE), e);
                }
                return Optional.empty();
            }
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    return Optional.of(new Frame(id, data.substring(0, data.length() - 1)));
                }
                continue;
            }
            var colon = line.indexOf(':');
            var field = colon < 0 ? line : line.substring(0, colon);
            var value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "id" -> id = number(value);
                case "data" -> data.append(value).append('\n');
                default -> {
                    // comments, "event" (it stands in the data as well), "retry"
                }
            }
        }
    }

    private static OptionalLong number(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
