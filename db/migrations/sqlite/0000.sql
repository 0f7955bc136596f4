-- The version of the schema, in its one row: the number of the last migration that
-- was applied. The program makes this table itself, before the first migration.
CREATE TABLE IF NOT EXISTS schema_version (
  id      INTEGER PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;
