-- SHA-256 of the key that a machine had before its present one, until it attends with the present one: the answer that
-- brings a new certificate may be lost, and a connection that is open goes on with the old one.
ALTER TABLE machines ADD COLUMN key_before VARCHAR(64);
