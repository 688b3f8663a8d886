-- A name has one authority that signs, and those before it that are still trusted or have been retired.

ALTER TABLE authority ADD COLUMN key_type VARCHAR(20) NOT NULL DEFAULT 'ec-p256';
-- 1 for the first of this name, and for the first after it was deleted.
ALTER TABLE authority ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
-- When the next one began to sign in its place.
ALTER TABLE authority ADD COLUMN superseded_at VARCHAR(20);
-- When it was taken out of the trust bundle and its key destroyed.
ALTER TABLE authority ADD COLUMN retired_at VARCHAR(20);

DROP INDEX authority_in_use;
-- However many ask at once, one is made.
CREATE UNIQUE INDEX authority_signing ON authority (name) WHERE deleted_at IS NULL AND superseded_at IS NULL;
