-- Serial numbers are written down before anything is signed with them: many in a row, so that nobody waits for it. What
-- stands here and in no certificate may have been signed by a process that was killed before it could say so.
CREATE TABLE reserved_serials (
    seq BIGINT PRIMARY KEY,
    reserved_at VARCHAR(20) NOT NULL,
    -- Each 32 hexadecimal digits, with a line feed between them.
    serials TEXT NOT NULL
);
