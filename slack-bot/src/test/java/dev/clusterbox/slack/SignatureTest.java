package dev.clusterbox.slack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.standin.SignedCommand;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SignatureTest {

    private static final String SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
    private static final byte[] BODY = "token=xyz&text=94070".getBytes(StandardCharsets.UTF_8);
    private static final Instant START = Instant.ofEpochSecond(1_531_420_618);

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final Signature signature = new Signature(SECRET, (InstantSource) now::get);

    @Test
    void slacks_own_example_fits() {
        // docs.slack.dev/authentication/verifying-requests-from-slack
        var body = ("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
                        + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
                        + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
                        + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c")
                .getBytes(StandardCharsets.UTF_8);
        var signed = signature.verify(
                List.of("1531420618"),
                List.of("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
                body);
        assertArrayEquals(body, signed.body());
    }

    @Test
    void the_window_has_two_sides_and_its_edges_belong_to_it() {
        verify(300);
        assertThrows(ProblemException.class, () -> verify(301));
        now.set(START.plusSeconds(1_000));
        verify(700);
        assertThrows(ProblemException.class, () -> verify(699));
    }

    @Test
    void a_request_is_remembered_for_as_long_as_it_could_be_replayed() {
        verify(300);
        now.set(START.plusSeconds(600));
        var e = assertThrows(ProblemException.class, () -> verify(300));
        assertTrue(e.problem().message().contains("was here before"), e.toString());
        now.set(START.plusSeconds(602));
        assertThrows(ProblemException.class, () -> verify(300));
    }

    @Test
    void a_new_process_takes_nothing_from_before_it_began() {
        now.set(START.plusSeconds(100));
        var next = new Signature(SECRET, (InstantSource) now::get);
        var time = Long.toString(START.getEpochSecond() + 99);
        var good = SignedCommand.signature(SECRET, time, BODY);
        assertThrows(ProblemException.class, () -> next.verify(List.of(time), List.of(good), BODY));
    }

    private void verify(long second) {
        var time = Long.toString(START.getEpochSecond() + second);
        signature.verify(List.of(time), List.of(SignedCommand.signature(SECRET, time, BODY)), BODY);
    }
}
