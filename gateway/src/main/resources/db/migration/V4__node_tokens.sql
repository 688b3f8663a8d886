-- Tokens by which machines that Clusterbox did not make join as nodes, each for one name and one use.

CREATE TABLE node_tokens (
    id            VARCHAR(40) PRIMARY KEY,
    -- SHA-256 of what is secret in the token.
    secret_hash   VARCHAR(64) NOT NULL,
    cluster_uid   VARCHAR(80) NOT NULL,
    node          VARCHAR(63) NOT NULL,
    address       VARCHAR(45) NOT NULL,
    -- 1 for a container.
    shared_kernel INTEGER     NOT NULL,
    created_by    VARCHAR(200) NOT NULL,
    created_at    VARCHAR(40) NOT NULL,
    expires_at    VARCHAR(40) NOT NULL,
    revoked_at    VARCHAR(40),
    -- What it was redeemed with, so that the same request may be sent again and no other.
    keys_hash     VARCHAR(64),
    redeemed_at   VARCHAR(40),
    redeemed_from VARCHAR(45)
);

CREATE INDEX node_tokens_by_cluster ON node_tokens (cluster_uid, created_at);

-- Keys that were certified for nodes: none serves a second time.
CREATE TABLE node_keys (
    public_key VARCHAR(64) PRIMARY KEY,
    token      VARCHAR(40) NOT NULL
);
