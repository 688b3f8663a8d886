package dev.clusterbox.pki.keystore;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.SecretFile;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * Keys in a PKCS#11 token (OASIS PKCS #11 3.1), by the JDK's provider: made there, and never out of it. Those that were made
 * before there was a token are still in the folder, until their authorities are retired.
 */
@Context
@Primary
@Requires(property = "clusterbox.pki.pkcs11.library")
final class KeyToken implements AuthorityKeys {

    private final KeyFolder folder;
    private final Provider provider;
    private final KeyStore token;

    /**
     * @param library the token's own, for example {@code /usr/lib/softhsm/libsofthsm2.so}
     * @param slot its number; empty for the first one that has a token
     */
    KeyToken(
            @Value("${clusterbox.pki.pkcs11.library}") String library,
            @Value("${clusterbox.pki.pkcs11.slot:}") String slot,
            @Value("${clusterbox.pki.pkcs11.pin-file}") Path pinFile,
            KeyFolder folder) {
        this.folder = folder;
        var pin = SecretFile.read("PIN file", pinFile).strip().toCharArray();
        try {
            this.provider = Security.getProvider("SunPKCS11")
                    .configure(configuration(
                            quoted(library), slot.isEmpty() ? "slotListIndex = 0" : "slot = " + number(slot)));
            Security.addProvider(provider);
            this.token = KeyStore.getInstance("PKCS11", provider);
            token.load(null, pin);
        } catch (GeneralSecurityException | IOException | InvalidParameterException | ProviderException e) {
            throw new IllegalStateException(
                    "the PKCS#11 token of %s cannot be used: %s (%s)"
                            .formatted(library, TokenTrouble.reason(e), TokenTrouble.advice(e)),
                    e);
        }
    }

    /** No program but the token uses the private half, and the token gives it to nobody. */
    private static String configuration(String library, String slot) {
        return """
                --name = clusterbox
                library = %s
                %s
                attributes(generate, CKO_PRIVATE_KEY, *) = {
                  CKA_SENSITIVE = true
                  CKA_EXTRACTABLE = false
                  CKA_SIGN = true
                }
                """.formatted(library, slot);
    }

    private static long number(String slot) {
        if (!slot.matches("[0-9]{1,18}")) {
            throw new IllegalStateException("clusterbox.pki.pkcs11.slot: %s (expected: a number)".formatted(slot));
        }
        return Long.parseLong(slot);
    }

    /** As the configuration of the provider has it. */
    private static String quoted(String text) {
        if (!text.matches("/[A-Za-z0-9._/+-]{1,250}")) {
            throw new IllegalStateException(
                    "clusterbox.pki.pkcs11.library: %s (expected: the whole path of a library)".formatted(text));
        }
        return text;
    }

    @Override
    public KeyPair generate(String algorithm, AlgorithmParameterSpec parameters, SecureRandom random) {
        if (provider.getService("KeyPairGenerator", algorithm) == null) {
            throw Problem.invalid(
                            "keyType: %s (expected: one that the PKCS#11 token can make)".formatted(algorithm),
                            "tokens make EC and RSA keys")
                    .asException();
        }
        try {
            var generator = KeyPairGenerator.getInstance(algorithm, provider);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException | ProviderException e) {
            throw TokenTrouble.problem(e);
        }
    }

    @Override
    public synchronized void store(String id, PrivateKey key, X509Certificate certificate) {
        try {
            token.setKeyEntry(id, key, null, new Certificate[] {certificate});
        } catch (GeneralSecurityException | ProviderException e) {
            throw TokenTrouble.problem(e);
        }
    }

    @Override
    public synchronized PrivateKey load(String id, String algorithm) {
        try {
            if (token.getKey(id, null) instanceof PrivateKey key) {
                return key;
            }
        } catch (GeneralSecurityException | ProviderException e) {
            throw TokenTrouble.problem(e);
        }
        if (!folder.ids().contains(id)) {
            throw Problem.failed(
                            "the key %s is neither in the PKCS#11 token nor in the folder of keys".formatted(id),
                            "is it another token than the one in which it was made?")
                    .asException();
        }
        return folder.load(id, algorithm);
    }

    @Override
    public synchronized void destroy(String id) {
        try {
            if (token.containsAlias(id)) {
                token.deleteEntry(id);
            }
        } catch (GeneralSecurityException | ProviderException e) {
            throw TokenTrouble.problem(e);
        }
        folder.destroy(id);
    }

    /** The token keeps a key whole or not at all. One whose certificate did not get there has no name: nothing uses it. */
    @Override
    public void sweep() {
        folder.sweep();
    }

    @Override
    public synchronized List<String> ids() {
        try {
            var ids = new TreeSet<>(folder.ids());
            for (var alias : Collections.list(token.aliases())) {
                if (KeyFolder.isAuthority(alias)) {
                    ids.add(alias);
                }
            }
            return new ArrayList<>(ids);
        } catch (GeneralSecurityException | ProviderException e) {
            throw TokenTrouble.problem(e);
        }
    }
}
