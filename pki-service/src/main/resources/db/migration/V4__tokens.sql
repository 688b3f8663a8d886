-- Tokens of scripts, by their hashes. A list is its values with a line feed between them; empty for any.
CREATE TABLE token (
    name VARCHAR(63) PRIMARY KEY,
    hash VARCHAR(64) NOT NULL UNIQUE,
    role VARCHAR(20) NOT NULL,
    authorities TEXT NOT NULL,
    profiles TEXT NOT NULL,
    names TEXT NOT NULL,
    requests_per_minute INTEGER,
    expires_at VARCHAR(20),
    created_by VARCHAR(100) NOT NULL,
    created_at VARCHAR(20) NOT NULL
);
