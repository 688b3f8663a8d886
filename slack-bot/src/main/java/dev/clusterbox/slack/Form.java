package dev.clusterbox.slack;

import dev.clusterbox.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads {@code application/x-www-form-urlencoded} the strict way. Two readers that understand one body differently are an
 * old attack, so anything unclear (a field twice, bytes that are no UTF-8, half an escape) is refused.
 */
final class Form {

    private static final int MOST_FIELDS = 100;

    private Form() {}

    static Map<String, String> parse(byte[] body) {
        var fields = new HashMap<String, String>();
        int start = 0;
        while (start < body.length) {
            int end = start;
            while (end < body.length && body[end] != '&') {
                end++;
            }
            int equals = start;
            while (equals < end && body[equals] != '=') {
                equals++;
            }
            if (end > start) {
                var name = decoded(body, start, equals);
                var value = equals < end ? decoded(body, equals + 1, end) : "";
                if (fields.putIfAbsent(name, value) != null) {
                    throw malformed("the field '%s' comes twice".formatted(shown(name)));
                }
                if (fields.size() > MOST_FIELDS) {
                    throw malformed("more than %d fields".formatted(MOST_FIELDS));
                }
            }
            start = end + 1;
        }
        return fields;
    }

    private static String decoded(byte[] body, int start, int end) {
        var bytes = new ByteArrayOutputStream(end - start);
        for (int i = start; i < end; i++) {
            switch (body[i]) {
                case '+' -> bytes.write(' ');
                case '%' -> {
                    if (i + 2 >= end) {
                        throw malformed("half an escape at byte %d".formatted(i));
                    }
                    var high = Character.digit((char) body[i + 1], 16);
                    var low = Character.digit((char) body[i + 2], 16);
                    if (high < 0 || low < 0) {
                        throw malformed("no hexadecimal digits at byte %d".formatted(i));
                    }
                    bytes.write(high << 4 | low);
                    i += 2;
                }
                default -> bytes.write(body[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("bytes that are no UTF-8");
        }
    }

    private static String shown(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }

    private static RuntimeException malformed(String why) {
        return Problem.invalid("the body is no form: " + why, "send what Slack sends: UTF-8, each field once")
                .asException();
    }
}
