-- Limits and leases over all nodes.

-- How many invite codes were tried in a minute, on all nodes together. Past minutes are
-- deleted with the next try.
CREATE TABLE join_tries (
  minute BIGINT PRIMARY KEY, -- since 1970
  tries BIGINT NOT NULL
);

-- What one node alone does at a time, and until when it has that to itself.
CREATE TABLE leases (
  name TEXT COLLATE "C" PRIMARY KEY,
  holder TEXT COLLATE "C" NOT NULL,
  until BIGINT NOT NULL -- Unix milliseconds, by the database's clock
);
