-- Who keeps others from changing a cluster. Ends by itself, and with the cluster.
CREATE TABLE cluster_locks (
    cluster_uid VARCHAR(80)  PRIMARY KEY,
    owner       VARCHAR(120) NOT NULL,
    reason      VARCHAR(300) NOT NULL,
    since       VARCHAR(40)  NOT NULL,
    expires_at  VARCHAR(40)  NOT NULL
);

-- Operations that somebody wants to end before their last step.
CREATE TABLE cancellations (
    operation VARCHAR(40)  PRIMARY KEY,
    cancelled_by VARCHAR(120) NOT NULL,
    at        VARCHAR(40)  NOT NULL
);

-- Addresses under which something can be fetched once, without a token.
CREATE TABLE download_links (
    token_hash VARCHAR(64)  PRIMARY KEY,
    cluster    VARCHAR(63)  NOT NULL,
    made_for   VARCHAR(120) NOT NULL,
    role       VARCHAR(20)  NOT NULL,
    token_name VARCHAR(63)  NOT NULL,
    -- Seconds since 1970, so that both databases compare them.
    expires_at BIGINT       NOT NULL,
    spent      INTEGER      NOT NULL
);
