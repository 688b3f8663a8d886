package dev.clusterbox.bake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HostKeyPinTest {

    private static PublicKey key() {
        return BakeKeys.make().access("", 0).hostKey().orElseThrow();
    }

    @Test
    void a_key_that_is_known_in_advance_is_the_only_one() {
        var key = key();
        var pin = new HostKeyPin(Optional.of(key));

        assertFalse(pin.verify("guest", 22, key()));
        assertTrue(pin.refused().isPresent());
        assertTrue(pin.verify("guest", 22, key));
        assertEquals(List.of("ecdsa-sha2-nistp256"), pin.findExistingAlgorithms("guest", 22));
    }

    @Test
    void the_first_that_is_seen_is_believed_and_then_no_other() {
        var pin = new HostKeyPin(Optional.empty());
        var first = key();

        assertTrue(pin.verify("guest", 22, first));
        assertFalse(pin.verify("guest", 22, key()));
        assertTrue(pin.verify("guest", 22, first));
    }
}
