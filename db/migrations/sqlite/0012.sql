-- Limits and leases over all nodes.

-- How many invite codes were tried in a minute, on all nodes together. Past minutes are
-- deleted with the next try.
CREATE TABLE join_tries (
  minute INTEGER PRIMARY KEY, -- since 1970
  tries INTEGER NOT NULL
) STRICT;

-- What one node alone does at a time, and until when it has that to itself.
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL -- Unix milliseconds, by the database's clock
) STRICT, WITHOUT ROWID;
