-- Encrypted with the key in sealing.key.
CREATE TABLE cluster_secrets (
    cluster_uid VARCHAR(80) NOT NULL,
    name        VARCHAR(40) NOT NULL,
    sealed      TEXT        NOT NULL,
    PRIMARY KEY (cluster_uid, name)
);
