-- The schema of lastclick, written once for both engines (see schema.go for the
-- five words that PostgreSQL spells otherwise). Times are Unix milliseconds in UTC,
-- booleans 0 and 1, money is in the currency's minor unit. Facts come first, what is
-- derived from them (kept sums) last.

-- meta holds what is one of a kind: the secret of the customer hashes.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The keys that sign receipts. They live here so that all nodes share them and a
-- backup still verifies the receipts that were out when it was made.
CREATE TABLE signing_keys (
  id      INTEGER PRIMARY KEY,
  secret  BLOB    NOT NULL,
  from_at INTEGER NOT NULL -- it signs from then on; it verifies at any time
) STRICT;

CREATE TABLE clients (
  id         INTEGER PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  url        TEXT    NOT NULL,
  timezone   TEXT    NOT NULL,
  rule       TEXT    NOT NULL,
  window_s   INTEGER NOT NULL, -- seconds
  created_at INTEGER NOT NULL
) STRICT;

-- A removed checkout keeps its orders; adding its name again revives it.
CREATE TABLE checkouts (
  id         INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  client_id  INTEGER REFERENCES clients (id), -- the only one it may sell for; null for all
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

-- The live secrets of a checkout: the newest two.
CREATE TABLE checkout_secrets (
  id          INTEGER PRIMARY KEY,
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  secret      BLOB    NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX checkout_secrets_checkout ON checkout_secrets (checkout_id);

CREATE TABLE events (
  id         INTEGER PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  client_id  INTEGER NOT NULL REFERENCES clients (id),
  name       TEXT    NOT NULL,
  url        TEXT    NOT NULL,
  starts_at  INTEGER,
  timezone   TEXT    NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX events_client ON events (client_id);

-- The newest known name of each ticket type.
CREATE TABLE ticket_types (
  event_id INTEGER NOT NULL REFERENCES events (id),
  type     TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  PRIMARY KEY (event_id, type)
) STRICT, WITHOUT ROWID;

-- Links are archived, never deleted: a code never goes to another link (R6).
CREATE TABLE links (
  id          INTEGER PRIMARY KEY,
  code        TEXT    NOT NULL UNIQUE,
  client_id   INTEGER NOT NULL REFERENCES clients (id),
  event_id    INTEGER REFERENCES events (id), -- null at client level
  name        TEXT    NOT NULL,
  email       TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  stats_token TEXT    NOT NULL UNIQUE,
  archived_at INTEGER,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX links_client ON links (client_id);

-- Mails to be sent; written in the transaction of what they tell about.
CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY,
  link_id    INTEGER NOT NULL REFERENCES links (id),
  kind       TEXT    NOT NULL, -- welcome
  to_email   TEXT    NOT NULL,
  state      TEXT    NOT NULL, -- queued, sent, failed
  attempts   INTEGER NOT NULL,
  next_at    INTEGER NOT NULL,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  sent_at    INTEGER
) STRICT;
CREATE INDEX outbox_link ON outbox (link_id);
CREATE INDEX outbox_queued ON outbox (next_at) WHERE state = 'queued';

-- People and keys that were removed keep their rows, so that an id is never given
-- to somebody else; names and fingerprints are unique among the live ones.
CREATE TABLE people (
  id         INTEGER PRIMARY KEY,
  client_id  INTEGER REFERENCES clients (id), -- null for an admin
  name       TEXT    NOT NULL,
  name_fold  TEXT    NOT NULL, -- in lower case
  email      TEXT,
  role       TEXT    NOT NULL,
  last_seen  INTEGER,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX people_name ON people (COALESCE(client_id, 0), name_fold) WHERE removed_at IS NULL;

CREATE TABLE person_keys (
  id          INTEGER PRIMARY KEY,
  person_id   INTEGER NOT NULL REFERENCES people (id),
  fingerprint TEXT    NOT NULL,
  public      TEXT    NOT NULL,
  comment     TEXT    NOT NULL,
  last_seen   INTEGER,
  created_at  INTEGER NOT NULL,
  removed_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX person_keys_fingerprint ON person_keys (fingerprint) WHERE removed_at IS NULL;
CREATE INDEX person_keys_person ON person_keys (person_id);

CREATE TABLE audit (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  actor     TEXT    NOT NULL,
  client_id INTEGER REFERENCES clients (id),
  action    TEXT    NOT NULL,
  object    TEXT    NOT NULL,
  before    TEXT,
  after     TEXT
) STRICT;
CREATE INDEX audit_client ON audit (client_id, id);

-- Every counted click, and bots (R20).
CREATE TABLE clicks (
  link_id INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  visitor INTEGER NOT NULL,
  bot     INTEGER NOT NULL,
  qr      INTEGER NOT NULL
) STRICT;
CREATE INDEX clicks_link ON clicks (link_id, at);

-- A customer is a keyed hash (R18); first_order is their first purchase on the
-- whole platform (R19), null while there is none but tests.
CREATE TABLE customers (
  id          INTEGER PRIMARY KEY,
  hash        BLOB    NOT NULL UNIQUE,
  first_order INTEGER
) STRICT;

CREATE TABLE orders (
  id          INTEGER PRIMARY KEY,
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  order_id    TEXT    NOT NULL, -- the checkout's own
  version     INTEGER NOT NULL,
  digest      BLOB    NOT NULL, -- tells two contents of one version apart
  placed_at   INTEGER NOT NULL,
  test        INTEGER NOT NULL,
  currency    TEXT    NOT NULL,
  customer_id INTEGER REFERENCES customers (id), -- null for unknown
  returns     INTEGER NOT NULL, -- the checkout knows older purchases of the customer
  receipt     INTEGER NOT NULL, -- 0 none came, 1 one that verifies, 2 only ones that do not
  code        TEXT    NOT NULL, -- the first that came; empty for none
  UNIQUE (checkout_id, order_id)
) STRICT;
CREATE INDEX orders_customer ON orders (customer_id, test, placed_at);

-- The clicks of the first receipt that verified; a link of it may be unknown here.
CREATE TABLE order_touches (
  order_id INTEGER NOT NULL REFERENCES orders (id),
  seq      INTEGER NOT NULL, -- its place in the receipt
  link_id  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (order_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_touches_link ON order_touches (link_id);

-- A ticket with its verdict and what the verdict was reached with (R4, R8).
CREATE TABLE tickets (
  id               INTEGER PRIMARY KEY,
  checkout_id      INTEGER NOT NULL,
  ticket_id        TEXT    NOT NULL, -- the checkout's own: belongs to one order (R11)
  order_id         INTEGER NOT NULL REFERENCES orders (id),
  pos              INTEGER NOT NULL, -- its place in the order; -1 when the newest version left it out
  client_id        INTEGER NOT NULL,
  event_id         INTEGER NOT NULL REFERENCES events (id),
  type             TEXT    NOT NULL,
  type_name        TEXT    NOT NULL,
  face_value       INTEGER NOT NULL CHECK (face_value >= 0),
  status           TEXT    NOT NULL,
  placed_at        INTEGER NOT NULL, -- the order's, for the index by days
  link_id          INTEGER REFERENCES links (id),
  reason           TEXT    NOT NULL,
  rule             TEXT    NOT NULL,
  window_s         INTEGER NOT NULL,
  judged_placed_at INTEGER NOT NULL,
  judged_receipt   INTEGER NOT NULL, -- the order's touches were looked at
  UNIQUE (checkout_id, ticket_id)
) STRICT;
CREATE INDEX tickets_order ON tickets (order_id);
CREATE INDEX tickets_client ON tickets (client_id, placed_at, order_id);
CREATE INDEX tickets_link ON tickets (link_id, placed_at, order_id) WHERE link_id IS NOT NULL;

-- The latest scan fact of a ticket, kept also before its order comes (R14).
CREATE TABLE scans (
  checkout_id INTEGER NOT NULL,
  ticket_id   TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  scanned     INTEGER NOT NULL,
  PRIMARY KEY (checkout_id, ticket_id)
) STRICT, WITHOUT ROWID;

-- The webhooks that were accepted: the same id never does its work twice (R12).
CREATE TABLE webhooks (
  checkout_id INTEGER NOT NULL,
  webhook_id  TEXT    NOT NULL,
  digest      BLOB    NOT NULL, -- SHA-256 of the body
  received_at INTEGER NOT NULL,
  PRIMARY KEY (checkout_id, webhook_id)
) STRICT, WITHOUT ROWID;

-- Webhooks that could not be applied, with their raw bodies.
CREATE TABLE inbox (
  id          INTEGER PRIMARY KEY,
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  webhook_id  TEXT    NOT NULL,
  digest      BLOB    NOT NULL,
  type        TEXT    NOT NULL,
  state       TEXT    NOT NULL, -- parked, refused, conflict, applied
  reason      TEXT    NOT NULL,
  event       TEXT,             -- the event that a parked one waits for
  errors      TEXT    NOT NULL, -- JSON
  body        BLOB    NOT NULL,
  received_at INTEGER NOT NULL,
  resolved_at INTEGER,
  UNIQUE (checkout_id, webhook_id, digest)
) STRICT;
CREATE INDEX inbox_parked ON inbox (event, id) WHERE state = 'parked';
CREATE INDEX inbox_open ON inbox (id) WHERE resolved_at IS NULL;

-- Kept sums: each equals what a recount of the facts gives (R22). link_id 0 with an
-- empty reason is the total over all links; event_id 0 and an empty type are all.
CREATE TABLE click_sums (
  link_id  INTEGER PRIMARY KEY,
  clicks   INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  bots     INTEGER NOT NULL,
  qr_scans INTEGER NOT NULL
) STRICT;

CREATE TABLE cells (
  id            INTEGER PRIMARY KEY,
  client_id     INTEGER NOT NULL,
  link_id       INTEGER NOT NULL,
  reason        TEXT    NOT NULL,
  event_id      INTEGER NOT NULL,
  type          TEXT    NOT NULL,
  orders        INTEGER NOT NULL,
  customers     INTEGER NOT NULL,
  new_customers INTEGER NOT NULL,
  tickets       INTEGER NOT NULL,
  scanned       INTEGER NOT NULL,
  UNIQUE (client_id, link_id, reason, event_id, type)
) STRICT;

CREATE TABLE cell_money (
  cell_id       INTEGER NOT NULL REFERENCES cells (id),
  currency      TEXT    NOT NULL,
  live          INTEGER NOT NULL, -- live tickets in the currency
  face_value    INTEGER NOT NULL,
  refunded      INTEGER NOT NULL, -- refunded tickets
  refunded_face INTEGER NOT NULL,
  PRIMARY KEY (cell_id, currency)
) STRICT, WITHOUT ROWID;

-- The distinct buyers of a cell, keyed by customer first: one buyer's rows lie
-- together, so an order dirties one page of it.
CREATE TABLE cell_customers (
  customer_id INTEGER NOT NULL,
  cell_id     INTEGER NOT NULL,
  orders      INTEGER NOT NULL, -- of that customer with a live ticket in the cell, never 0
  PRIMARY KEY (customer_id, cell_id)
) STRICT, WITHOUT ROWID;

-- How often something of a client moved (client 0: of the platform): what the
-- nodes of a shared database poll.
CREATE TABLE moves (
  client_id INTEGER PRIMARY KEY,
  n         INTEGER NOT NULL
) STRICT;
