package dev.clusterbox.pki.request;

/** The kinds of keys that certificates are made for. */
public enum KeyType {
    EC_P256("P-256"),
    EC_P384("P-384"),
    RSA("RSA"),
    ED25519("Ed25519");

    private final String text;

    KeyType(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
