package dev.clusterbox.pki.profile;

import dev.clusterbox.pki.request.SigningRequest;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Signing requests with an attack in each, made beforehand: making keys takes longer than a start should. */
final class AttackRequests {

    static final List<Attack> ALL = lines().stream()
            .map(line -> new Attack(line.substring(line.indexOf(' ') + 1), parsed(der(line))))
            .toList();

    private AttackRequests() {}

    /** Each line is one request in Base64, a space and what it is. */
    private static List<String> lines() {
        try (var in = AttackRequests.class.getResourceAsStream("/attack-requests.txt")) {
            if (in == null) {
                throw new IllegalStateException("attack-requests.txt is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] der(String line) {
        return Base64.getDecoder().decode(line.substring(0, line.indexOf(' ')));
    }

    private static Optional<SigningRequest> parsed(byte[] der) {
        try {
            return Optional.of(SigningRequest.parse(der));
        } catch (ProblemException e) {
            return Optional.empty();
        }
    }

    /** @param request nothing if it was refused before any profile was asked */
    record Attack(String name, Optional<SigningRequest> request) {}
}
