-- Invites, their mails, and the look-up of stats pages.

-- An invite binds the first key that its code is entered with. Only the code's
-- SHA-256 is kept here; the code itself is in the outbox until its mail is sent.
CREATE TABLE invites (
  id         INTEGER PRIMARY KEY,
  client_id  INTEGER REFERENCES clients (id), -- null for an admin
  name       TEXT    NOT NULL,
  name_fold  TEXT    NOT NULL, -- the name in lower case
  email      TEXT,
  role       TEXT    NOT NULL,
  digest     BLOB    NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  closed_at  INTEGER -- used, revoked or replaced
) STRICT;
CREATE UNIQUE INDEX invites_name ON invites (COALESCE(client_id, 0), name_fold) WHERE closed_at IS NULL;

-- A mail is now about a link or about an invite. The rows get new ids in their old
-- order, since nothing refers to them.
CREATE TABLE outbox_2 (
  id         INTEGER PRIMARY KEY,
  link_id    INTEGER REFERENCES links (id),
  invite_id  INTEGER REFERENCES invites (id),
  code       TEXT, -- of the invite, until the mail is sent or given up
  kind       TEXT    NOT NULL, -- welcome, invite
  to_email   TEXT    NOT NULL,
  state      TEXT    NOT NULL, -- queued, sent, failed
  attempts   INTEGER NOT NULL, -- how often it was tried
  next_at    INTEGER NOT NULL, -- when it is due; a worker that takes it moves this to the end of its lease
  last_error TEXT,
  created_at INTEGER NOT NULL,
  sent_at    INTEGER,
  CHECK (link_id IS NOT NULL OR invite_id IS NOT NULL)
) STRICT;
INSERT INTO outbox_2 (link_id, kind, to_email, state, attempts, next_at, last_error, created_at, sent_at)
  SELECT link_id, kind, to_email, state, attempts, next_at, last_error, created_at, sent_at FROM outbox ORDER BY id;
DROP TABLE outbox;
ALTER TABLE outbox_2 RENAME TO outbox;
CREATE INDEX outbox_link ON outbox (link_id);
CREATE INDEX outbox_invite ON outbox (invite_id) WHERE invite_id IS NOT NULL;
CREATE INDEX outbox_queued ON outbox (next_at) WHERE state = 'queued';

-- The first 6 of a stats token's 22 characters find the page; the rest, 96 bits, is
-- compared in constant time.
CREATE INDEX links_stats ON links (substr(stats_token, 1, 6));
