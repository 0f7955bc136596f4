-- Checkouts of shops, what they call their events, and the queue of what they post.

-- Which shop it is; standard for one that posts the webhooks of this program itself.
ALTER TABLE checkouts ADD COLUMN kind TEXT NOT NULL DEFAULT 'standard';
ALTER TABLE checkouts ADD COLUMN api_url TEXT NOT NULL DEFAULT ''; -- of the shop's API; empty where it is one for all
ALTER TABLE checkouts ADD COLUMN token TEXT NOT NULL DEFAULT '';   -- for the API; empty for none

-- A secret of a shop is the text that is entered in it, of a standard checkout 32 bytes.
ALTER TABLE checkout_secrets ADD COLUMN used_at INTEGER; -- when it last signed, to some seconds; null: never

-- What is known of a live checkout, written now and then. A time is 0 for never.
CREATE TABLE checkout_states (
  checkout_id INTEGER PRIMARY KEY REFERENCES checkouts (id),
  accepted_at INTEGER NOT NULL DEFAULT 0,
  refused_at  INTEGER NOT NULL DEFAULT 0,
  refused     TEXT    NOT NULL DEFAULT '', -- why
  hold_until  INTEGER NOT NULL DEFAULT 0,  -- until then nothing is asked of its API
  hold        TEXT    NOT NULL DEFAULT ''  -- why
) STRICT;

-- What shops call an event. In their orders an id that is none of these is looked for
-- among the slugs.
CREATE TABLE shop_events (
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  shop_id     TEXT    NOT NULL,
  event_id    INTEGER NOT NULL REFERENCES events (id),
  PRIMARY KEY (checkout_id, shop_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shop_events_event ON shop_events (event_id);

-- What shops posted, as it came, kept before it is answered. Settled ones are deleted
-- after a while.
CREATE TABLE shop_deliveries (
  id          INTEGER PRIMARY KEY,
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  state       TEXT    NOT NULL, -- queued, done, failed (it stands in the inbox), dismissed
  header      TEXT    NOT NULL, -- JSON: those of the headers that say something of the body
  body        BLOB    NOT NULL,
  fetch_key   TEXT,             -- the object of the shop that is to be read; null for none
  received_at INTEGER NOT NULL,
  tries       INTEGER NOT NULL, -- that failed
  leased      INTEGER NOT NULL, -- a boolean: a worker has it until next_at
  next_at     INTEGER NOT NULL, -- when it is due
  settled_at  INTEGER           -- null while it is queued or failed
) STRICT;
CREATE INDEX shop_deliveries_due ON shop_deliveries (checkout_id, next_at) WHERE state = 'queued';
CREATE INDEX shop_deliveries_fetch ON shop_deliveries (checkout_id, fetch_key, id) WHERE state = 'queued' AND fetch_key IS NOT NULL;
CREATE INDEX shop_deliveries_settled ON shop_deliveries (settled_at) WHERE settled_at IS NOT NULL;

-- The delivery that an item of the inbox is about, where no webhook could be made of it.
ALTER TABLE inbox ADD COLUMN delivery_id INTEGER;
CREATE UNIQUE INDEX inbox_delivery ON inbox (delivery_id) WHERE delivery_id IS NOT NULL;
