-- Rolling upgrades.

-- The oldest schema whose programs may go on writing to this database: that of the version,
-- or less where a later migration only adds what they may leave alone. Nodes that run look
-- at it in every transaction. A program of SQLite is alone with its file.
ALTER TABLE schema_version ADD COLUMN oldest INTEGER NOT NULL DEFAULT 0;
