-- Certificates by ACME, for all nodes.

-- What autocert keeps: the account's key, certificates with their keys, and answers to
-- challenges, which the authority may ask any node for. With SQLite there is one node, which
-- keeps them in files: a backup of the database holds none.
CREATE TABLE acme_items (
  name TEXT COLLATE "C" PRIMARY KEY,
  item BYTEA NOT NULL
);
