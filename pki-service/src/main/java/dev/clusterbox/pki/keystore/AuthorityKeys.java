package dev.clusterbox.pki.keystore;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;

/** Where the private keys of the authorities are made and kept, each by the id of its authority. */
public interface AuthorityKeys {

    /**
     * Not kept before it is {@linkplain #store stored}.
     *
     * @param algorithm as {@link KeyPairGenerator} has it
     */
    KeyPair generate(String algorithm, AlgorithmParameterSpec parameters, SecureRandom random);

    /** A key that is in the memory of this process. */
    static KeyPair inMemory(String algorithm, AlgorithmParameterSpec parameters, SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** When it returns, the key survives the end of the process. */
    void store(String id, PrivateKey key, X509Certificate certificate);

    /** Takes the algorithm as {@link java.security.PublicKey#getAlgorithm} has it. */
    PrivateKey load(String id, String algorithm);

    /** When it returns, the key is gone for good. It is fine if it was not there. */
    void destroy(String id);

    /** Removes what a process left that ended while it stored a key. */
    void sweep();

    /** All that are kept. */
    List<String> ids();
}
