-- Instants are text in UTC to the second (2026-01-31T12:00:00Z), so that they sort as text and a person can read them.
-- Columns named "seq" are numbered by the program: the audit chain needs its rows in order without gaps.

-- An authority is never forgotten, because its certificates are not; deleting it destroys its key.
CREATE TABLE authority (
    id VARCHAR(32) PRIMARY KEY,
    name VARCHAR(80) NOT NULL,
    subject VARCHAR(300) NOT NULL,
    serial VARCHAR(40) NOT NULL,
    certificate TEXT NOT NULL,
    not_before VARCHAR(20) NOT NULL,
    not_after VARCHAR(20) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    created_by VARCHAR(100) NOT NULL,
    created_at VARCHAR(20) NOT NULL,
    deleted_at VARCHAR(20)
);

-- However many ask at once, one is made.
CREATE UNIQUE INDEX authority_in_use ON authority (name) WHERE deleted_at IS NULL;

CREATE TABLE certificate (
    seq BIGINT PRIMARY KEY,
    authority_id VARCHAR(32) NOT NULL REFERENCES authority (id),
    serial VARCHAR(40) NOT NULL,
    profile VARCHAR(63) NOT NULL,
    subject VARCHAR(300) NOT NULL,
    names TEXT NOT NULL,
    not_before VARCHAR(20) NOT NULL,
    not_after VARCHAR(20) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    certificate TEXT NOT NULL,
    requested_by VARCHAR(100) NOT NULL,
    issued_at VARCHAR(20) NOT NULL,
    revoked_at VARCHAR(20),
    revocation_reason VARCHAR(40),
    idempotency_key VARCHAR(100),
    request_hash VARCHAR(64) NOT NULL
);

-- RFC 5280, 4.1.2.2: a serial number is unique for its authority.
CREATE UNIQUE INDEX certificate_serial ON certificate (authority_id, serial);
CREATE UNIQUE INDEX certificate_idempotency ON certificate (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX certificate_subject ON certificate (subject);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at VARCHAR(20) NOT NULL,
    event VARCHAR(30) NOT NULL,
    requested_by VARCHAR(100) NOT NULL,
    authority VARCHAR(100) NOT NULL,
    profile VARCHAR(100) NOT NULL,
    subject VARCHAR(500) NOT NULL,
    names TEXT NOT NULL,
    serial VARCHAR(40) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    reason TEXT NOT NULL,
    previous VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL
);
