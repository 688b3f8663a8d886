-- Plain SQL that SQLite and PostgreSQL both understand. Times are RFC 3339 in UTC.

CREATE TABLE clusters (
    name       VARCHAR(63) PRIMARY KEY,
    uid        VARCHAR(80) NOT NULL UNIQUE,
    document   TEXT        NOT NULL,
    created_at VARCHAR(40) NOT NULL
);

CREATE TABLE operations (
    id         VARCHAR(40) PRIMARY KEY,
    cluster    VARCHAR(63) NOT NULL,
    state      VARCHAR(20) NOT NULL,
    document   TEXT        NOT NULL,
    started_at VARCHAR(40) NOT NULL
);

CREATE INDEX operations_by_cluster ON operations (cluster, started_at);
CREATE INDEX operations_by_state ON operations (state);

CREATE TABLE events (
    id        BIGINT PRIMARY KEY,
    cluster   VARCHAR(63) NOT NULL,
    operation VARCHAR(40) NOT NULL,
    document  TEXT        NOT NULL
);

CREATE INDEX events_by_operation ON events (operation, id);
CREATE INDEX events_by_cluster ON events (cluster, id);

-- The machines whose agents may come in. A machine that is deleted is no longer here.
CREATE TABLE machines (
    id             VARCHAR(40) PRIMARY KEY,
    cluster        VARCHAR(63) NOT NULL,
    host_name      VARCHAR(63) NOT NULL,
    -- The source address that vm-service has stated; NULL where it is hidden behind NAT.
    source_address VARCHAR(45),
    -- SHA-256 of the agent's public key (SubjectPublicKeyInfo), once it has enrolled.
    public_key     VARCHAR(64),
    chain          TEXT,
    first_attended VARCHAR(40),
    UNIQUE (cluster, host_name)
);

CREATE TABLE join_tokens (
    token_hash VARCHAR(64) PRIMARY KEY,
    machine    VARCHAR(40) NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    expires_at VARCHAR(40) NOT NULL,
    spent_by   VARCHAR(64)
);

CREATE TABLE api_tokens (
    name           VARCHAR(63) PRIMARY KEY,
    token_hash     VARCHAR(64) NOT NULL UNIQUE,
    role           VARCHAR(20) NOT NULL,
    acts_for_others INTEGER    NOT NULL
);

-- What an Idempotency-Key was answered with.
CREATE TABLE idempotency_keys (
    caller       VARCHAR(120) NOT NULL,
    idempotency_key VARCHAR(120) NOT NULL,
    request_hash VARCHAR(64)  NOT NULL,
    operation    VARCHAR(40)  NOT NULL,
    created_at   VARCHAR(40)  NOT NULL,
    PRIMARY KEY (caller, idempotency_key)
);
