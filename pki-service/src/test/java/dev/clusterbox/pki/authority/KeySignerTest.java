package dev.clusterbox.pki.authority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Security;
import java.security.SignatureSpi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A token that is taken out while the service runs. */
final class KeySignerTest {

    private final Provider pulled = new PulledToken();

    @BeforeEach
    void add() {
        Security.addProvider(pulled);
    }

    @AfterEach
    void remove() {
        Security.removeProvider(pulled.getName());
    }

    @Test
    void what_the_token_answers_is_a_problem_with_advice_and_no_bug() {
        var signer = new KeySigner(new KeyInToken(), AuthorityKeyType.EC_P256);

        var e = assertThrows(ProblemException.class, signer::getSignature);
        assertEquals(Code.UNAVAILABLE, e.problem().code());
        assertTrue(e.problem().message().contains("CKR_DEVICE_REMOVED"), e.getMessage());
        assertTrue(e.problem().hint().contains("put the token in"), e.getMessage());
    }

    private static final class PulledToken extends Provider {

        PulledToken() {
            super("PulledToken", "1", "");
            put("Signature.SHA256withECDSA", Refusal.class.getName());
        }
    }

    private record KeyInToken() implements PrivateKey {

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return "none";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }
    }

    /** Says what the JDK's provider says. */
    public static final class Refusal extends SignatureSpi {

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            throw new InvalidKeyException();
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            if (!(key instanceof KeyInToken)) {
                throw new InvalidKeyException();
            }
        }

        @Override
        protected void engineUpdate(byte b) {}

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {}

        @Override
        protected byte[] engineSign() {
            throw new ProviderException(new IllegalStateException("CKR_DEVICE_REMOVED"));
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            return false;
        }

        @Override
        @SuppressWarnings("deprecation")
        protected void engineSetParameter(String name, Object value) {}

        @Override
        @SuppressWarnings("deprecation")
        protected Object engineGetParameter(String name) {
            return name;
        }
    }
}
