-- Counts of changes that tell apart two histories (a failover or a restored backup that
-- lost the last commits): numbers that are equal again are no sign of the same rows.

-- Each change of the count changes the tag by a random number. A node that counted knows
-- the tag before, since the change is by exclusive or.
ALTER TABLE moves ADD COLUMN tag BIGINT NOT NULL DEFAULT 0;

-- The tag of the count.
ALTER TABLE cache_changes ADD COLUMN tag BIGINT NOT NULL DEFAULT 0;
