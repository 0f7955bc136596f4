-- The second core: sums by day that answer any range exactly, kept counts of who took
-- over from whom, lists of orders of their own, and narrower tickets.
--
-- This file makes the tables and moves the facts. Go fills the sums from the facts in
-- the same transaction (rebuild.go), for SQL knows no days of a timezone.

-- The timezone in which the client's rows of cell_days and cell_buyers count their days.
-- Where it is not the client's timezone, they are being rebuilt and the facts answer.
ALTER TABLE clients ADD COLUMN days_timezone TEXT NOT NULL DEFAULT '';

-- Where the customer's orders lie, as places.go writes it: for each cell and day, how
-- many. It says which days a customer was in a cell before, at one read an order.
ALTER TABLE customers ADD COLUMN places BLOB NOT NULL DEFAULT x'';

-- Times may lie before 1970 now, so 0 does not come before all others any more.
UPDATE events SET updated_at = -9223372036854775808 WHERE updated_at = 0;
UPDATE ticket_types SET named_at = -9223372036854775808 WHERE named_at = 0 AND named_by = 0;

-- Tickets lie together by order. n never changes; listed is 0 once the newest version
-- of the order has left the ticket out.
CREATE TABLE tickets_5 (
  order_id         INTEGER NOT NULL,
  n                INTEGER NOT NULL, -- its number in the order, from 0 on
  checkout_id      INTEGER NOT NULL,
  ticket_id        TEXT    NOT NULL, -- the checkout's own: belongs to one order (R11)
  listed           INTEGER NOT NULL, -- a boolean
  client_id        INTEGER NOT NULL, -- the event's
  event_id         INTEGER NOT NULL,
  type             TEXT    NOT NULL,
  type_name        TEXT    NOT NULL,
  face_value       INTEGER NOT NULL CHECK (face_value >= 0),
  status           TEXT    NOT NULL, -- valid, refunded, void
  link_id          INTEGER,          -- who gets the sale; null for none
  reason           TEXT    NOT NULL, -- why (R9)
  rule             TEXT    NOT NULL,
  window_s         INTEGER NOT NULL, -- seconds
  judged_placed_at INTEGER NOT NULL,
  judged_receipt   INTEGER NOT NULL, -- a boolean: the order's touches were looked at
  PRIMARY KEY (order_id, n)
) STRICT, WITHOUT ROWID;
INSERT INTO tickets_5 (order_id, n, checkout_id, ticket_id, listed, client_id, event_id, type, type_name, face_value, status, link_id, reason, rule, window_s, judged_placed_at, judged_receipt)
  SELECT order_id, pos, checkout_id, ticket_id, 1, client_id, event_id, type, type_name, face_value, status, link_id, reason, rule, window_s, judged_placed_at, judged_receipt FROM tickets WHERE pos >= 0;
-- Those that were left out follow the listed ones, whose positions have no gaps.
INSERT INTO tickets_5 (order_id, n, checkout_id, ticket_id, listed, client_id, event_id, type, type_name, face_value, status, link_id, reason, rule, window_s, judged_placed_at, judged_receipt)
  SELECT order_id, (SELECT count(*) FROM tickets l WHERE l.order_id = t.order_id AND l.pos >= 0) + row_number() OVER (PARTITION BY order_id ORDER BY id) - 1, checkout_id, ticket_id, 0,
    client_id, event_id, type, type_name, face_value, status, link_id, reason, rule, window_s, judged_placed_at, judged_receipt FROM tickets t WHERE pos < 0;
DROP TABLE tickets;
ALTER TABLE tickets_5 RENAME TO tickets;
CREATE UNIQUE INDEX tickets_id ON tickets (checkout_id, ticket_id);

DROP INDEX order_touches_link; -- overlaps are kept now

-- The lists of orders, by time: one row for each link that a listed ticket of the
-- client is credited to, one with link_id 0 where such a ticket has no link, and one
-- with link_id -1 for the client's list of all.
CREATE TABLE order_lists (
  client_id INTEGER NOT NULL,
  link_id   INTEGER NOT NULL,
  placed_at INTEGER NOT NULL, -- the order's
  order_id  INTEGER NOT NULL,
  PRIMARY KEY (client_id, link_id, placed_at, order_id)
) STRICT, WITHOUT ROWID;

DROP TABLE cell_money;
DROP TABLE cell_customers;
DROP TABLE cells;

-- A cell is one row of numbers on a client's page. link_id 0 with an empty reason is
-- the total over all links, link_id 0 with a reason the tickets without a link.
-- event_id 0 is all events, an empty type all types.
CREATE TABLE cells (
  id        INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL,
  link_id   INTEGER NOT NULL,
  reason    TEXT    NOT NULL,
  event_id  INTEGER NOT NULL,
  type      TEXT    NOT NULL,
  customers INTEGER NOT NULL, -- distinct, of all time
  UNIQUE (client_id, link_id, reason, event_id, type)
) STRICT;
CREATE INDEX cells_client ON cells (client_id); -- in the order of the ids, in which their days lie

-- The numbers of a cell of all time. An order has one currency, so that the rows of a
-- cell add up to its orders and tickets; money is never added over currencies (R16).
CREATE TABLE cell_sums (
  cell_id       INTEGER NOT NULL,
  currency      TEXT    NOT NULL,
  orders        INTEGER NOT NULL, -- with a live ticket in the cell
  new_customers INTEGER NOT NULL,
  tickets       INTEGER NOT NULL, -- live
  scanned       INTEGER NOT NULL,
  face_value    INTEGER NOT NULL, -- of the live tickets
  refunded      INTEGER NOT NULL, -- tickets
  refunded_face INTEGER NOT NULL, -- theirs
  PRIMARY KEY (cell_id, currency)
) STRICT, WITHOUT ROWID;

-- The same by the day on which an order was placed, counted from 1970-01-01, in the
-- client's days_timezone. A range of days is a sum of rows.
CREATE TABLE cell_days (
  cell_id       INTEGER NOT NULL,
  day           INTEGER NOT NULL,
  currency      TEXT    NOT NULL,
  orders        INTEGER NOT NULL,
  new_customers INTEGER NOT NULL,
  tickets       INTEGER NOT NULL,
  scanned       INTEGER NOT NULL,
  face_value    INTEGER NOT NULL,
  refunded      INTEGER NOT NULL,
  refunded_face INTEGER NOT NULL,
  PRIMARY KEY (cell_id, day, currency)
) STRICT, WITHOUT ROWID;

-- How many customers with orders in the cell on the day had their last ones before on
-- the day before; -1000000 where they had none. The distinct customers of the days a to b
-- are those with day between a and b, and before < a.
CREATE TABLE cell_buyers (
  cell_id   INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  before    INTEGER NOT NULL,
  customers INTEGER NOT NULL,
  PRIMARY KEY (cell_id, day, before)
) STRICT, WITHOUT ROWID;

-- In how many orders the winner took a live ticket by the last click while the loser
-- was clicked before it, inside the window. winner 0 counts the orders in which any
-- other link won: the loser's assists.
CREATE TABLE link_overlaps (
  winner INTEGER NOT NULL,
  loser  INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  PRIMARY KEY (winner, loser)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_overlaps_loser ON link_overlaps (loser);
