-- The schema of lastclick for SQLite. postgres/0001.sql makes the same tables there.
--
-- Facts come first, in the order in which one refers to another:
--   settings   meta, signing_keys
--   platform   clients, checkouts, checkout_secrets, events, ticket_types
--   links      links, outbox
--   people     people, person_keys, audit
--   sales      clicks, customers, orders, order_touches, tickets, scans
--   webhooks   webhooks, inbox
-- What is derived from facts comes last:
--   sums       click_sums, cells, cell_money, cell_customers
--   changes    moves
--
-- Every column of a time (at, …_at) holds Unix milliseconds in UTC. Booleans are 0
-- and 1. Money is in the currency's minor unit. R1, R2 … are the rules in
-- model/RULES.md.

-- Settings of which there is one: 'customers' is the secret of the customer hashes.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The keys that sign receipts. They are in the database so that all nodes share them,
-- and a backup still verifies the receipts that browsers held when it was made.
CREATE TABLE signing_keys (
  id      INTEGER PRIMARY KEY,
  secret  BLOB    NOT NULL,
  from_at INTEGER NOT NULL -- signs from then on; verifies at any time
) STRICT;

-- The promoters whose events are sold, each with its own links, events and team.
CREATE TABLE clients (
  id         INTEGER PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  url        TEXT    NOT NULL, -- its profile page, where links at client level lead
  timezone   TEXT    NOT NULL, -- in which its days begin
  rule       TEXT    NOT NULL, -- last-click or in-scope (R3)
  window_s   INTEGER NOT NULL, -- seconds (R4)
  created_at INTEGER NOT NULL
) STRICT;

-- The shops that post webhooks. A removed checkout keeps its row and its orders;
-- adding its name again revives it.
CREATE TABLE checkouts (
  id         INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  client_id  INTEGER REFERENCES clients (id), -- the only one it may sell for; null for all
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

-- The secrets that a checkout may sign with: the newest two.
CREATE TABLE checkout_secrets (
  id          INTEGER PRIMARY KEY,
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  secret      BLOB    NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX checkout_secrets_checkout ON checkout_secrets (checkout_id);

CREATE TABLE events (
  id         INTEGER PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE, -- on the whole platform; checkouts name events by it
  client_id  INTEGER NOT NULL REFERENCES clients (id),
  name       TEXT    NOT NULL,
  url        TEXT    NOT NULL, -- where links of the event lead
  starts_at  INTEGER,          -- null while it is not known
  timezone   TEXT    NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX events_client ON events (client_id);

-- The newest known name of each ticket type.
CREATE TABLE ticket_types (
  event_id INTEGER NOT NULL REFERENCES events (id),
  type     TEXT    NOT NULL, -- the checkout's id of the type
  name     TEXT    NOT NULL,
  PRIMARY KEY (event_id, type)
) STRICT, WITHOUT ROWID;

-- Tracking links. They are archived, never deleted: a code never goes to another
-- link (R6).
CREATE TABLE links (
  id          INTEGER PRIMARY KEY,
  code        TEXT    NOT NULL UNIQUE, -- the path of its short URL, in lower case
  client_id   INTEGER NOT NULL REFERENCES clients (id),
  event_id    INTEGER REFERENCES events (id), -- null at client level
  name        TEXT    NOT NULL, -- of the person whom it was made for
  email       TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  stats_token TEXT    NOT NULL UNIQUE, -- the secret in the address of its stats page
  archived_at INTEGER,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX links_client ON links (client_id);

-- Mails to be sent, written in the transaction of what they tell about.
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

-- Who may sign in. People and keys that were removed keep their rows, so that an id
-- never names two; names and fingerprints are unique among those not removed.
CREATE TABLE people (
  id         INTEGER PRIMARY KEY,
  client_id  INTEGER REFERENCES clients (id), -- null for an admin
  name       TEXT    NOT NULL,
  name_fold  TEXT    NOT NULL, -- the name in lower case
  email      TEXT,
  role       TEXT    NOT NULL, -- admin, owner, member, viewer
  last_seen  INTEGER, -- a time, to the minute
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX people_name ON people (COALESCE(client_id, 0), name_fold) WHERE removed_at IS NULL;

-- The SSH keys that people sign in with.
CREATE TABLE person_keys (
  id          INTEGER PRIMARY KEY,
  person_id   INTEGER NOT NULL REFERENCES people (id),
  fingerprint TEXT    NOT NULL, -- SHA256:…
  public      TEXT    NOT NULL, -- as in authorized_keys, without the comment
  comment     TEXT    NOT NULL,
  last_seen   INTEGER, -- a time, to the minute
  created_at  INTEGER NOT NULL,
  removed_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX person_keys_fingerprint ON person_keys (fingerprint) WHERE removed_at IS NULL;
CREATE INDEX person_keys_person ON person_keys (person_id);

-- What people changed.
CREATE TABLE audit (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  actor     TEXT    NOT NULL, -- the person's name then
  client_id INTEGER REFERENCES clients (id), -- null for a change of the platform
  action    TEXT    NOT NULL, -- as the command is called: link add
  object    TEXT    NOT NULL, -- its code, slug, name or fingerprint
  before    TEXT,             -- JSON, never with a secret; null where there was nothing
  after     TEXT
) STRICT;
CREATE INDEX audit_client ON audit (client_id, id);

-- Every counted click, and bots (R20).
CREATE TABLE clicks (
  link_id INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  visitor INTEGER NOT NULL, -- a boolean: the browser's receipt did not hold the link
  bot     INTEGER NOT NULL, -- a boolean
  qr      INTEGER NOT NULL  -- a boolean: by the QR code
) STRICT;
CREATE INDEX clicks_link ON clicks (link_id, at);

-- A customer is a keyed hash (R18). first_order is the row of their first purchase on
-- the whole platform (R19), null while there are only test orders.
CREATE TABLE customers (
  id          INTEGER PRIMARY KEY,
  hash        BLOB    NOT NULL UNIQUE,
  first_order INTEGER
) STRICT;

-- The newest version of each order.
CREATE TABLE orders (
  id          INTEGER PRIMARY KEY,
  checkout_id INTEGER NOT NULL REFERENCES checkouts (id),
  order_id    TEXT    NOT NULL, -- the checkout's own
  version     INTEGER NOT NULL,
  digest      BLOB    NOT NULL, -- of the content: tells apart two contents of one version
  placed_at   INTEGER NOT NULL,
  test        INTEGER NOT NULL, -- a boolean (R15)
  currency    TEXT    NOT NULL,
  customer_id INTEGER REFERENCES customers (id), -- null for unknown
  returns     INTEGER NOT NULL, -- a boolean: the checkout knows older purchases of the customer
  receipt     INTEGER NOT NULL, -- 0 none came, 1 one that verifies, 2 only ones that do not
  code        TEXT    NOT NULL, -- the first that came; empty for none
  UNIQUE (checkout_id, order_id)
) STRICT;
CREATE INDEX orders_customer ON orders (customer_id, test, placed_at);

-- The clicks of the first receipt that verified. A link in it may be missing from
-- links: it was made after the backup that this database was restored from.
CREATE TABLE order_touches (
  order_id INTEGER NOT NULL REFERENCES orders (id),
  seq      INTEGER NOT NULL, -- its place in the receipt
  link_id  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (order_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_touches_link ON order_touches (link_id);

-- A ticket with its verdict, and what the verdict was reached with (R4, R8).
CREATE TABLE tickets (
  id               INTEGER PRIMARY KEY,
  checkout_id      INTEGER NOT NULL,
  ticket_id        TEXT    NOT NULL, -- the checkout's own: belongs to one order (R11)
  order_id         INTEGER NOT NULL REFERENCES orders (id),
  pos              INTEGER NOT NULL, -- its place in the order; -1 when the newest version left it out
  client_id        INTEGER NOT NULL, -- the event's
  event_id         INTEGER NOT NULL REFERENCES events (id),
  type             TEXT    NOT NULL,
  type_name        TEXT    NOT NULL,
  face_value       INTEGER NOT NULL CHECK (face_value >= 0),
  status           TEXT    NOT NULL, -- valid, refunded, void
  placed_at        INTEGER NOT NULL, -- the order's, for the indexes by days
  link_id          INTEGER REFERENCES links (id), -- who gets the sale; null for none
  reason           TEXT    NOT NULL, -- why (R9)
  rule             TEXT    NOT NULL,
  window_s         INTEGER NOT NULL, -- seconds
  judged_placed_at INTEGER NOT NULL,
  judged_receipt   INTEGER NOT NULL, -- a boolean: the order's touches were looked at
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
  scanned     INTEGER NOT NULL, -- a boolean: 0 where the scan was undone
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
  type        TEXT    NOT NULL, -- as the body says: order.updated
  state       TEXT    NOT NULL, -- parked, refused, conflict, applied
  reason      TEXT    NOT NULL,
  event       TEXT,             -- the slug that a parked one waits for
  errors      TEXT    NOT NULL, -- JSON
  body        BLOB    NOT NULL,
  received_at INTEGER NOT NULL,
  resolved_at INTEGER, -- null while an admin has something to do about it
  UNIQUE (checkout_id, webhook_id, digest)
) STRICT;
CREATE INDEX inbox_parked ON inbox (event, id) WHERE state = 'parked';
CREATE INDEX inbox_open ON inbox (id) WHERE resolved_at IS NULL;

-- The sums that pages show. Each equals what a recount of the facts gives (R22).

CREATE TABLE click_sums (
  link_id  INTEGER PRIMARY KEY,
  clicks   INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  bots     INTEGER NOT NULL,
  qr_scans INTEGER NOT NULL
) STRICT;

-- A cell is one row of numbers on a client's page. link_id 0 with an empty reason is
-- the total over all links, link_id 0 with a reason the tickets without a link.
-- event_id 0 is all events, an empty type all types.
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

-- The money of a cell, by currency (R16).
CREATE TABLE cell_money (
  cell_id       INTEGER NOT NULL REFERENCES cells (id),
  currency      TEXT    NOT NULL,
  live          INTEGER NOT NULL, -- live tickets in the currency
  face_value    INTEGER NOT NULL, -- theirs
  refunded      INTEGER NOT NULL, -- refunded tickets
  refunded_face INTEGER NOT NULL, -- theirs
  PRIMARY KEY (cell_id, currency)
) STRICT, WITHOUT ROWID;

-- The distinct buyers of a cell. The key begins with the customer, so that one
-- buyer's rows lie together and an order changes one page of it.
CREATE TABLE cell_customers (
  customer_id INTEGER NOT NULL,
  cell_id     INTEGER NOT NULL,
  orders      INTEGER NOT NULL, -- of the customer with a live ticket in the cell, never 0
  PRIMARY KEY (customer_id, cell_id)
) STRICT, WITHOUT ROWID;

-- How often something of a client changed. The nodes of a shared database poll it.
-- client_id 0 stands for the platform, -2 for what nodes keep in memory.
CREATE TABLE moves (
  client_id INTEGER PRIMARY KEY,
  n         INTEGER NOT NULL
) STRICT;
