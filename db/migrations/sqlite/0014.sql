-- Mails: where answers to them go, and numbers that are mailed again and again.

-- Where answers to the client's mails go; empty: to the person who made the link, where
-- their address is known.
ALTER TABLE clients ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';

-- Whom numbers are mailed to: of a client, or of a link to its owner.
CREATE TABLE reports (
  id         INTEGER PRIMARY KEY,
  client_id  INTEGER NOT NULL REFERENCES clients (id),
  link_id    INTEGER REFERENCES links (id),  -- of this link, to its owner; null: of the client, to email
  event_id   INTEGER REFERENCES events (id), -- null: of all events
  email      TEXT    NOT NULL,               -- empty for a link's, and once it has ended
  every      TEXT    NOT NULL,               -- daily, weekly, first-sale
  next_at    INTEGER,                        -- when it is due; null for first-sale
  to_day     TEXT    NOT NULL DEFAULT '',    -- the last day of the last one that was queued; empty: none was
  created_at INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX reports_link ON reports (link_id) WHERE link_id IS NOT NULL AND ended_at IS NULL;
CREATE UNIQUE INDEX reports_email ON reports (client_id, email, COALESCE(event_id, 0)) WHERE link_id IS NULL AND ended_at IS NULL;
CREATE INDEX reports_due ON reports (next_at) WHERE ended_at IS NULL;

-- A mail may be a report too.
CREATE TABLE outbox_13 (
  id         INTEGER PRIMARY KEY,
  link_id    INTEGER REFERENCES links (id),
  invite_id  INTEGER REFERENCES invites (id),
  code       TEXT, -- of the invite, until the mail is sent or given up
  kind       TEXT    NOT NULL, -- welcome, invite, hook, report
  to_email   TEXT    NOT NULL,
  state      TEXT    NOT NULL, -- queued, sent, written (as a file, without a mail server), failed
  attempts   INTEGER NOT NULL, -- how often it was tried
  next_at    INTEGER NOT NULL, -- when it is due; a worker that takes it moves this to the end of its lease
  last_error TEXT,
  created_at INTEGER NOT NULL,
  sent_at    INTEGER,          -- or written
  hook_id    INTEGER REFERENCES hooks (id),
  person_id  INTEGER REFERENCES people (id), -- to whom a mail about a hook goes; who had a welcome mail sent
  report_id  INTEGER REFERENCES reports (id),
  from_day   TEXT, -- the days that a report is about
  to_day     TEXT,
  CHECK (link_id IS NOT NULL OR invite_id IS NOT NULL OR hook_id IS NOT NULL OR report_id IS NOT NULL)
) STRICT;
INSERT INTO outbox_13 (id, link_id, invite_id, code, kind, to_email, state, attempts, next_at, last_error, created_at, sent_at, hook_id, person_id)
  SELECT id, link_id, invite_id, code, kind, to_email, state, attempts, next_at, last_error, created_at, sent_at, hook_id, person_id FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_13 RENAME TO outbox;
CREATE INDEX outbox_link ON outbox (link_id);
CREATE INDEX outbox_invite ON outbox (invite_id) WHERE invite_id IS NOT NULL;
CREATE INDEX outbox_hook ON outbox (hook_id) WHERE hook_id IS NOT NULL;
CREATE INDEX outbox_report ON outbox (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX outbox_queued ON outbox (next_at) WHERE state = 'queued';

-- Statements: what a link sold in a period.

-- The statements that were drawn up after the end of their period. What becomes known of the
-- period later is booked on the day on which it does.
CREATE TABLE statements (
  id       INTEGER PRIMARY KEY,
  link_id  INTEGER NOT NULL REFERENCES links (id),
  from_day TEXT    NOT NULL,
  to_day   TEXT    NOT NULL,
  from_at  INTEGER NOT NULL, -- where these days begin
  until_at INTEGER NOT NULL, -- and end, in the timezone
  timezone TEXT    NOT NULL, -- of the client then, as rule and window
  rule     TEXT    NOT NULL,
  window_s INTEGER NOT NULL,
  drawn_at INTEGER NOT NULL,
  drawn_by TEXT    NOT NULL, -- the person's name then
  UNIQUE (link_id, from_day, to_day)
) STRICT;
CREATE INDEX statements_period ON statements (link_id, until_at);

-- By how much statements differ from the tickets as they are, booked when their orders were
-- placed: where a ticket that counted for the link counts no more, or otherwise, what it was
-- stays where it was booked, and the difference is booked when it became known. The rows of
-- an order add up to nothing.
CREATE TABLE bookings (
  link_id    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  order_id   INTEGER NOT NULL,
  kind       TEXT    NOT NULL, -- sale, refund, void, change
  event_id   INTEGER NOT NULL,
  type       TEXT    NOT NULL,
  currency   TEXT    NOT NULL,
  pays       INTEGER NOT NULL, -- a boolean: the checkout says what was paid for these tickets
  tickets    INTEGER NOT NULL,
  face_value INTEGER NOT NULL,
  paid       INTEGER NOT NULL, -- 0 where it does not say
  PRIMARY KEY (link_id, at, order_id, kind, event_id, type, currency, pays)
) STRICT, WITHOUT ROWID;
