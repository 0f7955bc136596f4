-- Counts of changes that tell apart two histories (a failover or a restored backup that
-- lost the last commits): numbers that are equal again are no sign of the same rows.

-- Each change of the count changes the tag by a random number. A node that counted knows
-- the tag before, since the change is by exclusive or.
ALTER TABLE moves ADD COLUMN tag BIGINT NOT NULL DEFAULT 0;

-- The tag of the count.
ALTER TABLE cache_changes ADD COLUMN tag BIGINT NOT NULL DEFAULT 0;

-- Limits over all nodes.

-- How many invite codes were tried in a minute, on all nodes together. Past minutes are
-- deleted with the next try.
CREATE TABLE join_tries (
  minute BIGINT PRIMARY KEY, -- since 1970
  tries BIGINT NOT NULL
);

-- Rolling upgrades.

-- The oldest schema whose programs may go on writing to this database: that of the version,
-- or less where a later migration only adds what they may leave alone. Nodes that run look
-- at it in every transaction.
ALTER TABLE schema_version ADD COLUMN oldest BIGINT NOT NULL DEFAULT 0;
