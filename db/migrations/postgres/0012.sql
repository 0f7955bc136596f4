-- Limits over all nodes.

-- How many invite codes were tried in a minute, on all nodes together. Past minutes are
-- deleted with the next try.
CREATE TABLE join_tries (
  minute BIGINT PRIMARY KEY, -- since 1970
  tries BIGINT NOT NULL
);
