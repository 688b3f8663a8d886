-- The latest list of each authority, as it was signed. Its number only grows.
CREATE TABLE revocation_list (
    authority_id VARCHAR(32) PRIMARY KEY REFERENCES authority (id),
    number BIGINT NOT NULL,
    this_update VARCHAR(20) NOT NULL,
    next_update VARCHAR(20) NOT NULL,
    -- When one was last signed because it was time to, and not because of a revocation.
    regular_at VARCHAR(20) NOT NULL,
    content TEXT NOT NULL
);

CREATE INDEX certificate_revoked ON certificate (authority_id) WHERE revoked_at IS NOT NULL;
