-- Outgoing webhooks: whom we tell of credited sales, and what waits to be sent.

-- A removed hook keeps its row, without its secret, so that its id never names another;
-- adding its address again revives it.
CREATE TABLE hooks (
  id            INTEGER PRIMARY KEY,
  client_id     INTEGER REFERENCES clients (id), -- whose sales it is told of; null for all clients
  url           TEXT    NOT NULL,
  secret        BLOB    NOT NULL, -- that signs; empty once removed
  state         TEXT    NOT NULL, -- active, disabled, removed
  created_by    TEXT    NOT NULL, -- the person's name then
  person_id     INTEGER REFERENCES people (id), -- null where the daemon added it
  created_at    INTEGER NOT NULL,
  next_at       INTEGER NOT NULL, -- nothing is sent before; a node that sends moves this to the end of its lease
  failures      INTEGER NOT NULL, -- batches in a row of which nothing was taken
  failing_since INTEGER,
  last_error    TEXT,
  delivered_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX hooks_url ON hooks (COALESCE(client_id, 0), url);

-- Messages, written in the transaction of the order or scan that they tell about, and
-- deleted once they were taken or given up. Those of one order are sent by their ids.
CREATE TABLE hook_outbox (
  id         INTEGER PRIMARY KEY,
  hook_id    INTEGER NOT NULL REFERENCES hooks (id),
  order_id   INTEGER NOT NULL,
  message    TEXT    NOT NULL, -- the webhook-id
  type       TEXT    NOT NULL,
  body       TEXT    NOT NULL,
  attempts   INTEGER NOT NULL,
  next_at    INTEGER NOT NULL, -- when it is due
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX hook_outbox_hook ON hook_outbox (hook_id, id);
CREATE INDEX hook_outbox_order ON hook_outbox (hook_id, order_id, id);

-- A mail may be about a hook too.
CREATE TABLE outbox_9 (
  id         INTEGER PRIMARY KEY,
  link_id    INTEGER REFERENCES links (id),
  invite_id  INTEGER REFERENCES invites (id),
  code       TEXT, -- of the invite, until the mail is sent or given up
  kind       TEXT    NOT NULL, -- welcome, invite, hook
  to_email   TEXT    NOT NULL,
  state      TEXT    NOT NULL, -- queued, sent, failed
  attempts   INTEGER NOT NULL, -- how often it was tried
  next_at    INTEGER NOT NULL, -- when it is due; a worker that takes it moves this to the end of its lease
  last_error TEXT,
  created_at INTEGER NOT NULL,
  sent_at    INTEGER,
  hook_id    INTEGER REFERENCES hooks (id),
  person_id  INTEGER REFERENCES people (id), -- to whom a mail about a hook goes
  CHECK (link_id IS NOT NULL OR invite_id IS NOT NULL OR hook_id IS NOT NULL)
) STRICT;
INSERT INTO outbox_9 (id, link_id, invite_id, code, kind, to_email, state, attempts, next_at, last_error, created_at, sent_at)
  SELECT id, link_id, invite_id, code, kind, to_email, state, attempts, next_at, last_error, created_at, sent_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_9 RENAME TO outbox;
CREATE INDEX outbox_link ON outbox (link_id);
CREATE INDEX outbox_invite ON outbox (invite_id) WHERE invite_id IS NOT NULL;
CREATE INDEX outbox_hook ON outbox (hook_id) WHERE hook_id IS NOT NULL;
CREATE INDEX outbox_queued ON outbox (next_at) WHERE state = 'queued';
